"""What every process needs: lease, retries, logs, the opened installation."""
