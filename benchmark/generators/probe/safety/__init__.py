"""What keeps the probe from doing harm, and takes back what it made."""
