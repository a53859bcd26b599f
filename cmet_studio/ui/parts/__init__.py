"""Small widgets that several panels use: slider with a number, meters, work in the background."""
