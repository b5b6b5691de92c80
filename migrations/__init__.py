"""The changes of the databases, in order: one tree of revisions for every database of the platform.

``suyuan.storage.provision`` runs them; ``python -m migrations`` checks and writes them.
"""
