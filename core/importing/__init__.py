"""Import: brings files into the plan, one transaction per file, and takes them back."""
