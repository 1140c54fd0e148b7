"""Histories of builds in a world that is kept in memory: a disk, a registry, a cache, an index, tools."""
