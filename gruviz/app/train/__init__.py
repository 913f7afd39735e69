"""The Train page: how do gates form while a GRU learns a task?"""
