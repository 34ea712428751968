"""What single commands do with their options, where that is more than a call of the pipeline."""
