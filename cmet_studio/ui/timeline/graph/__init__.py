"""The graph: intensity over time and the handles of bezier transitions, under the lanes."""
