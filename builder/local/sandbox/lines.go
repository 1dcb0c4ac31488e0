package sandbox

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// maxLine is the longest line that Log gets; longer ones come in pieces. It is the
// largest event of CloudWatch Logs.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
const maxLine = 256 << 10

// copyLines gives each line of r to log, without its end, until r ends. What
// follows the last newline is a line too.
func copyLines(r io.Reader, log func(string)) error {
	br := bufio.NewReaderSize(r, maxLine)
	split := false
	for {
		b, err := br.ReadSlice('\n')
		full := errors.Is(err, bufio.ErrBufferFull)
		line := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
		if len(b) > 0 && (line != "" || !split) {
			log(line)
		}
		split = full
		if err != nil && !full {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
