"""Face models behind one protocol, the analysis of a clip and the plan of its deltas."""
