"""Pages of the training instance, under ``/entrainement``; elsewhere they are not found."""
