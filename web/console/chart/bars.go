package chart

// Bars lie one below the other, each under its label.
type Bars struct {
	ID, Title, Desc string
	Bars            []Bar
	Legend          []Key
	Unit            string // of the scale below, such as "days"; "" draws none
}

// Bar is one line: parts from the left on, and marks across it.
type Bar struct {
	Label, Value string // left and right above it
	Parts        []Part // each goes on to a value
	Marks        []Part
}

// Part reaches up to a value.
type Part struct {
	To    int
	Class string
	Tip   string
}

// The heights of one bar, in pixels.
const (
	barLabel  = 14.0
	barGap    = 6.0
	barHeight = 14.0
	barEach   = 46.0
)

// Draw draws the bars.
func (b Bars) Draw() Drawing {
	d := Drawing{ID: b.ID, Title: b.Title, Desc: b.Desc, Legend: b.Legend, Height: int(barEach * float64(len(b.Bars)))}
	most := 0
	for _, bar := range b.Bars {
		for _, p := range append(append([]Part(nil), bar.Parts...), bar.Marks...) {
			most = max(most, p.To)
		}
	}
	step, end := axis(most)
	scale := 100 / float64(end)
	if b.Unit != "" {
		b.scale(&d, step, end)
	}
	for i, bar := range b.Bars {
		bar.draw(&d, barEach*float64(i), scale)
	}
	return d
}

// scale draws the grid, and its numbers at the foot.
func (b Bars) scale(d *Drawing, step, end int) {
	foot := float64(d.Height)
	d.Height += int(columnsFoot)
	for v := 0; v <= end; v += step {
		x, anchor, words := float64(v)/float64(end)*100, "middle", Number(v)
		switch v {
		case 0:
			anchor = "start"
		case end:
			anchor, words = "end", words+" "+b.Unit
		}
		d.Lines = append(d.Lines, Line{percent(x), "0", percent(x), pixels(foot), "grid"})
		d.Texts = append(d.Texts, Text{percent(x), pixels(foot + barLabel), anchor, "", words})
	}
}

// longest is how many letters of a label fit beside its value where it is
// narrow; the table behind the chart has all of them.
const longest = 34

func (b Bar) draw(d *Drawing, top, scale float64) {
	label := []rune(b.Label)
	if len(label) > longest {
		label = append(label[:longest-1], '…')
	}
	d.Texts = append(d.Texts, Text{"0", pixels(top + barLabel), "start", "strong", string(label)}, Text{"100%", pixels(top + barLabel), "end", "strong", b.Value})
	y, from := top+barLabel+barGap, 0.0
	for _, p := range b.Parts {
		to := float64(p.To) * scale
		if to > from {
			d.Rects = append(d.Rects, Rect{percent(from), pixels(y), percent(to - from), pixels(barHeight), p.Class, p.Tip})
		}
		from = max(from, to)
	}
	for _, p := range b.Marks {
		x := percent(min(max(float64(p.To), 0)*scale, 99.8))
		d.Lines = append(d.Lines, Line{x, pixels(y - 4), x, pixels(y + barHeight + 4), p.Class})
	}
	d.Lines = append(d.Lines, Line{"0", pixels(y), "0", pixels(y + barHeight), "axis"})
}
