"""The rules of the house that no linter knows, each as a function from a source tree to its problems.

They take the root of a tree rather than looking at the installed package, so that the same functions judge
the real tree and copies of it with a planted breach: a check that cannot fail protects nothing.
"""
