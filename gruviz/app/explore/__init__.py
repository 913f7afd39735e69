"""The Explore page: what do the gates do on this sequence?"""
