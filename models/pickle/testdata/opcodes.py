"""Lists the opcodes of this Python's pickletools: python3.13 opcodes.py > opcodes.json"""
import json
import pickletools

print("[" + ",\n".join(json.dumps({"code": ord(o.code), "name": o.name, "proto": o.proto}) for o in pickletools.opcodes) + "]")
