package wire

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
)

const headerString = 7 // type of a header whose value is a string

// Event encodes one message of application/vnd.amazon.eventstream
// (https://smithy.io/2.0/aws/amazon-eventstream.html): total length, length of the
// headers, CRC-32 of these two; headers; payload; CRC-32 of all before.
func Event(headers map[string]string, payload []byte) []byte {
	var h []byte
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		h = append(h, byte(len(name)))
		h = append(h, name...)
		h = append(h, headerString)
		h = binary.BigEndian.AppendUint16(h, uint16(len(headers[name])))
		h = append(h, headers[name]...)
	}
	const prelude, crc = 12, 4
	out := binary.BigEndian.AppendUint32(nil, uint32(prelude+len(h)+len(payload)+crc))
	out = binary.BigEndian.AppendUint32(out, uint32(len(h)))
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
	out = append(out, h...)
	out = append(out, payload...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out))
}
