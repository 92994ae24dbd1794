package chart

import "strings"

// Columns are bars over time: for each group one beside the other.
type Columns struct {
	ID, Title, Desc string
	Series          []Key
	Groups          []Group
}

// Group is what stands over one label.
type Group struct {
	Label  string // "1 Jun"
	Name   string // in full, for the tooltip
	Values []int  // one for each series
	Class  string // of its bars, in place of their series'; "" where none
}

// The heights of a drawing of columns, in pixels.
const (
	columnsTop    = 12.0
	columnsHeight = 180.0
	columnsFoot   = 24.0
	labelLift     = 4.0
)

// mostLabels is how many labels fit below a wide drawing; a narrow one leaves
// out every second.
const mostLabels = 9

// Draw draws the columns.
func (c Columns) Draw() Drawing {
	d := Drawing{ID: c.ID, Title: c.Title, Desc: c.Desc, Height: int(columnsTop + columnsHeight + columnsFoot)}
	if len(c.Series) > 1 {
		d.Legend = c.Series
	}
	most := 0
	for _, g := range c.Groups {
		for _, v := range g.Values {
			most = max(most, v)
		}
	}
	step, end := axis(most)
	left := gutter(end)
	d.steps(step, end, left)
	width := (100 - left) / float64(max(len(c.Groups), 1))
	every := (len(c.Groups) + mostLabels - 1) / mostLabels
	for i, g := range c.Groups {
		from := left + width*float64(i)
		c.bars(&d, g, from, width, end)
		if i%every == 0 {
			class := ""
			if i/every%2 == 1 {
				class = "minor"
			}
			d.Texts = append(d.Texts, Text{percent(from + width/2), pixels(columnsTop + columnsHeight + columnsFoot - 2*labelLift), "middle", class, g.Label})
		}
	}
	return d
}

// steps draws the grid and what its lines stand for.
func (d *Drawing) steps(step, end int, left float64) {
	for v := 0; v <= end; v += step {
		y := columnsTop + columnsHeight*(1-float64(v)/float64(end))
		class := "grid"
		if v == 0 {
			class = "axis"
		}
		d.Lines = append(d.Lines, Line{percent(left), pixels(y), percent(100), pixels(y), class})
		d.Texts = append(d.Texts, Text{percent(left - 1), pixels(y + labelLift), "end", "", Number(v)})
	}
}

// bars draws one group: a fifth of its width stays free.
func (c Columns) bars(d *Drawing, g Group, from, width float64, end int) {
	each := width * 0.8 / float64(max(len(g.Values), 1))
	for i, v := range g.Values {
		height := columnsHeight * float64(v) / float64(end)
		if v == 0 {
			continue
		}
		d.Rects = append(d.Rects, Rect{
			X: percent(from + width*0.1 + each*float64(i)), Y: pixels(columnsTop + columnsHeight - height),
			W: percent(each), H: pixels(height), Class: strings.TrimSpace(c.Series[i].Class + " " + g.Class),
			Tip: g.Name + ": " + Number(v) + " " + c.Series[i].Words,
		})
	}
}
