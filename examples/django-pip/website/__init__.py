"""The site: settings, addresses and the application that servers import."""
