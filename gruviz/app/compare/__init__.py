"""The Compare page: where do two runs differ, and what does the difference do?"""
