"""`/public`: what became of citizens' reports, for everybody: pages without a script, tables without personal data."""
