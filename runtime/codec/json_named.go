package codec

import "fmt"

// records reads the rest of a list of objects, each with a value for every name.
func (d *jsonDecoder) records() error {
	if d.sink.layout == open {
		return d.objects(d.openRecord)
	}
	known := d.sink.named()
	if !known && len(d.sink.cols) != 1 {
		return d.fail(d.i, "rows as lists, since the model has no names for its columns,")
	}
	d.sink.layout = byRecord
	d.sink.startNames()
	return d.objects(func() error { return d.record(!known && d.sink.rows == 0) })
}

// objects reads the rest of a list of objects with read.
func (d *jsonDecoder) objects(read func() error) error {
	for {
		if d.space() != '{' {
			return d.sinkFail(d.i, "a row, as an object with a value for each name", true)
		}
		if err := read(); err != nil {
			return err
		}
		switch d.space() {
		case ',':
			d.i++
		case ']':
			d.i++
			return nil
		default:
			return d.fail(d.i, "a comma or ]")
		}
	}
}

// record reads the object at d.i. The first record gives the names if the model
// has none.
func (d *jsonDecoder) record(first bool) error {
	start, k := d.i, 0
	d.sink.extend()
	d.sink.count = 0
	err := d.members(func(name string, at int) error {
		j := d.sink.member(k, name)
		if j < 0 && first {
			if k >= d.sink.width {
				return d.sinkFail(at, "a row of "+values(d.sink.width), true)
			}
			j = d.sink.req.names.add(name)
			d.sink.req.order[k] = j
		}
		k++
		if j < 0 {
			return d.unknown(at, name)
		}
		if d.sink.given(j) {
			return d.sinkFail(at, "each name once", true)
		}
		d.sink.choose(j)
		return d.value()
	})
	if err != nil {
		return err
	}
	return d.endRecord(start)
}

// unknown skips a member that the model has no use for. Where the first record
// gave the names, they are those of all.
func (d *jsonDecoder) unknown(at int, name string) error {
	if d.sink.req.names.of == nil {
		return d.sinkFail(at, "the names of the first row", true)
	}
	return d.skip(1)
}

func (d *jsonDecoder) endRecord(start int) error {
	switch {
	case d.sink.count == d.sink.width || d.sink.fillAbsent():
		d.sink.endRow()
		return nil
	case len(d.sink.req.names.list) < d.sink.width:
		return d.count(start, d.sink.count)
	}
	missing, without := d.sink.absent()
	e := newError("JSON", d.whole, d.offset(start), missing, "a row"+without)
	e.Row = d.sink.rows
	return e
}

// split reads {"columns": [names], "data": [rows]}, which pandas calls the
// orientation "split", in either order. The member "index" is of no use here.
func (d *jsonDecoder) split() error {
	start, data, columns, done := d.i, -1, false, false
	err := d.members(func(key string, at int) error {
		switch {
		case key == "columns" && !columns:
			columns = true
			return d.columns()
		case key == "data" && data < 0:
			data = d.i
			if d.peek() != '[' {
				return d.fail(d.i, "a list of rows")
			}
			if done = columns; done {
				return d.rows()
			}
		case key == "columns" || key == "data":
			return d.failGot(at, "each member once", key)
		}
		return d.skip(1)
	})
	if err != nil || done {
		return err
	}
	if data < 0 {
		return d.failGot(start, "an object with columns and data", "one without data")
	}
	end := d.i
	d.i = data
	err = d.rows()
	d.i = max(d.i, end)
	return err
}

// columns reads the list of names at d.i. Numbers, which pandas gives to columns
// without names, leave the model's order.
func (d *jsonDecoder) columns() error {
	start := d.i
	if d.peek() != '[' {
		return d.fail(d.i, "a list of names")
	}
	named := d.sink.named() && d.sink.layout != open
	d.sink.startNames()
	n, texts := 0, 0
	for d.i++; d.space() != ']'; n++ {
		if n > 0 {
			if d.peek() != ',' {
				return d.fail(d.i, "a comma or ]")
			}
			d.i++
			d.space()
		}
		text, err := d.columnName(named)
		if err != nil {
			return err
		}
		texts += text
	}
	d.i++
	if d.sink.layout == open {
		d.sink.endOpenHeader()
		return nil
	}
	if !named || texts == 0 {
		return d.countColumns(start, n)
	}
	if missing, without := d.sink.endNames(); missing != "" {
		return d.failGot(start, missing, "a list"+without)
	}
	return nil
}

// columnName reads one name; text is 1 if it is a string.
func (d *jsonDecoder) columnName(named bool) (text int, err error) {
	at := d.i
	if d.peek() != '"' {
		_, end, ok := number(d.b, d.i)
		if !ok {
			return 0, d.fail(d.i, "a name in quotes")
		}
		d.i = end
		return 0, d.oneName(at, view(d.b[at:end]), named)
	}
	name, err := d.str()
	if err != nil {
		return 0, err
	}
	return 1, d.oneName(at, name, named)
}

func (d *jsonDecoder) oneName(at int, name string, named bool) error {
	if d.sink.layout == open && d.sink.openHeader(name) || named && d.sink.header(name) {
		return d.fail(at, "each column once")
	}
	return nil
}

func (d *jsonDecoder) countColumns(start, n int) error {
	if n != d.sink.width {
		return d.failGot(start, fmt.Sprintf("a list of %d names", d.sink.width), fmt.Sprintf("%d", n))
	}
	return nil
}
