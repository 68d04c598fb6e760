def run(places): return 0
