"""Open311 GeoReport v2 with FixMyStreet's updates: the door of citizens' programs."""
