"""What stands before a reader today: what presses most, the deadlines ahead, how many cases come and go."""
