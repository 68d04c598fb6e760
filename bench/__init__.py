"""What the speed claims are measured with: ratios within one run on one machine, never times alone."""
