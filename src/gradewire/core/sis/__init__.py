"""SIS imports: Canvas's CSV files as bytes, and what their rows say (Canvas's page "SIS Import Format")."""
