"""Objects and files: records into them and out of them again, in any store that obstore
reaches and in folders of the worker.

What decides (placing, naming, rotation, what a crash leaves) is pure and apart from what does. A
format is one file here; no format knows a store, and no store a format.
"""
