"""What `tools/bench_rebuild.py` plays: applications, what happens to them, who builds them, what is measured."""
