"""The way from a pull request to a merge on GitHub: gate, check, comment, labels, issue; none can fail an apply."""
