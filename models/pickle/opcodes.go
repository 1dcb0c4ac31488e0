package pickle

// An opcode is one instruction of the machine. Its name and the protocol that
// introduced it are those of CPython's Lib/pickletools.py.
type opcode struct {
	name  string
	proto int
	run   func(*Decoder) error // nil: no such opcode
}

// opcodes has an entry for each of the 256 bytes; 68 of them are opcodes.
var opcodes = [256]opcode{
	// Integers.
	'I':  {"INT", 0, (*Decoder).opInt},
	'J':  {"BININT", 1, (*Decoder).opBinInt},
	'K':  {"BININT1", 1, (*Decoder).opBinInt1},
	'M':  {"BININT2", 1, (*Decoder).opBinInt2},
	'L':  {"LONG", 0, (*Decoder).opLong},
	0x8a: {"LONG1", 2, (*Decoder).opLong1},
	0x8b: {"LONG4", 2, (*Decoder).opLong4},

	// Python 2 strings, bytes and text.
	'S':  {"STRING", 0, (*Decoder).opString},
	'T':  {"BINSTRING", 1, (*Decoder).opBinString},
	'U':  {"SHORT_BINSTRING", 1, (*Decoder).opShortBinString},
	'B':  {"BINBYTES", 3, (*Decoder).opBinBytes},
	'C':  {"SHORT_BINBYTES", 3, (*Decoder).opShortBinBytes},
	0x8e: {"BINBYTES8", 4, (*Decoder).opBinBytes8},
	0x96: {"BYTEARRAY8", 5, (*Decoder).opBinBytes8},
	0x97: {"NEXT_BUFFER", 5, (*Decoder).opOutOfBand},
	0x98: {"READONLY_BUFFER", 5, (*Decoder).opOutOfBand},
	'V':  {"UNICODE", 0, (*Decoder).opUnicode},
	0x8c: {"SHORT_BINUNICODE", 4, (*Decoder).opShortBinUnicode},
	'X':  {"BINUNICODE", 1, (*Decoder).opBinUnicode},
	0x8d: {"BINUNICODE8", 4, (*Decoder).opBinUnicode8},

	// None, bools, floats.
	'N':  {"NONE", 0, (*Decoder).opNone},
	0x88: {"NEWTRUE", 2, (*Decoder).opTrue},
	0x89: {"NEWFALSE", 2, (*Decoder).opFalse},
	'F':  {"FLOAT", 0, (*Decoder).opFloat},
	'G':  {"BINFLOAT", 1, (*Decoder).opBinFloat},

	// Lists, tuples, dicts, sets.
	']':  {"EMPTY_LIST", 1, (*Decoder).opEmptyList},
	'a':  {"APPEND", 0, (*Decoder).opAppend},
	'e':  {"APPENDS", 1, (*Decoder).opAppends},
	'l':  {"LIST", 0, (*Decoder).opList},
	')':  {"EMPTY_TUPLE", 1, (*Decoder).opEmptyTuple},
	't':  {"TUPLE", 0, (*Decoder).opTuple},
	0x85: {"TUPLE1", 2, (*Decoder).opTuple1},
	0x86: {"TUPLE2", 2, (*Decoder).opTuple2},
	0x87: {"TUPLE3", 2, (*Decoder).opTuple3},
	'}':  {"EMPTY_DICT", 1, (*Decoder).opEmptyDict},
	'd':  {"DICT", 0, (*Decoder).opDict},
	's':  {"SETITEM", 0, (*Decoder).opSetItem},
	'u':  {"SETITEMS", 1, (*Decoder).opSetItems},
	0x8f: {"EMPTY_SET", 4, (*Decoder).opEmptySet},
	0x90: {"ADDITEMS", 4, (*Decoder).opAddItems},
	0x91: {"FROZENSET", 4, (*Decoder).opFrozenSet},

	// The stack and the memo.
	'0':  {"POP", 0, (*Decoder).opPop},
	'2':  {"DUP", 0, (*Decoder).opDup},
	'(':  {"MARK", 0, (*Decoder).opMark},
	'1':  {"POP_MARK", 1, (*Decoder).opPopMark},
	'g':  {"GET", 0, (*Decoder).opGet},
	'h':  {"BINGET", 1, (*Decoder).opBinGet},
	'j':  {"LONG_BINGET", 1, (*Decoder).opLongBinGet},
	'p':  {"PUT", 0, (*Decoder).opPut},
	'q':  {"BINPUT", 1, (*Decoder).opBinPut},
	'r':  {"LONG_BINPUT", 1, (*Decoder).opLongBinPut},
	0x94: {"MEMOIZE", 4, (*Decoder).opMemoize},

	// Classes and objects.
	0x82: {"EXT1", 2, (*Decoder).opExt1},
	0x83: {"EXT2", 2, (*Decoder).opExt2},
	0x84: {"EXT4", 2, (*Decoder).opExt4},
	'c':  {"GLOBAL", 0, (*Decoder).opGlobal},
	0x93: {"STACK_GLOBAL", 4, (*Decoder).opStackGlobal},
	'R':  {"REDUCE", 0, (*Decoder).opReduce},
	'b':  {"BUILD", 0, (*Decoder).opBuild},
	'i':  {"INST", 0, (*Decoder).opInst},
	'o':  {"OBJ", 1, (*Decoder).opObj},
	0x81: {"NEWOBJ", 2, (*Decoder).opNewObj},
	0x92: {"NEWOBJ_EX", 4, (*Decoder).opNewObjEx},
	'P':  {"PERSID", 0, (*Decoder).opPersID},
	'Q':  {"BINPERSID", 1, (*Decoder).opPersID},

	// The frame of it all.
	0x80: {"PROTO", 2, (*Decoder).opProto},
	'.':  {"STOP", 0, (*Decoder).opStop},
	0x95: {"FRAME", 4, (*Decoder).opFrame},
}
