"""What ``cmet-studio bench`` runs: speeds and the ratios between them, measured in one run."""
