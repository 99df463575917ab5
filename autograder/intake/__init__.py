"""Hand-ins from elsewhere: what learning platforms export, whose file it is, and where nbgrader expects it.

Names of files and members of archives are data: never paths that something is written to.
"""
