"""The face models, one folder each, reached only by name through ``engine.registry``."""
