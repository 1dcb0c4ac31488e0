"""Makes the .npy fixtures: python3.13 make.py (NumPy 2.5.5)."""
import os

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
matrix = np.arange(6, dtype="f8").reshape(2, 3) / 4
np.save("f8.npy", matrix)
np.save("f8_fortran.npy", np.asfortranarray(matrix))
np.save("f4_big_endian.npy", matrix.astype(">f4"))
np.save("unicode.npy", np.array(["setosa", "\u00e9"]))
np.save("zero_d.npy", np.array(7))
np.save("empty.npy", np.zeros((0, 3), "i2"))
np.save("structured.npy", np.array([(1, [2.5, 3.5])], dtype=[("i", "<i4"), ("v", "<f8", (2,))]))
np.save("objects.npy", np.array([None]), allow_pickle=True)
for version in (2, 3):
    with open("version%d.npy" % version, "wb") as f:
        np.lib.format.write_array(f, matrix, version=(version, 0))
