// Package chart draws figures as SVG that any page may hold: no script, no
// inline style, colours by class. It is laid out in per cent across and pixels
// down, so that one drawing fills a telephone and a screen with letters of the
// same size. It knows no figures of its own.
package chart

import (
	"strconv"
)

// Drawing is a chart that is drawn, for the template "chart".
type Drawing struct {
	ID          string // of the drawing on its page
	Title, Desc string // what it shows, and what is to be seen in it, for who cannot see it
	Height      int    // pixels
	Rects       []Rect
	Lines       []Line
	Texts       []Text
	Legend      []Key
}

// Rect is a bar. X and W are per cent, Y and H pixels.
type Rect struct {
	X, Y, W, H string
	Class      string
	Tip        string // shown on hover
}

// Line is a line of the grid, an axis or a mark.
type Line struct {
	X1, Y1, X2, Y2 string
	Class          string
}

// Text is a label. Anchor is start, middle or end.
type Text struct {
	X, Y, Anchor string
	Class        string
	Words        string
}

// Key explains a class of bars or marks.
type Key struct{ Class, Words string }

// percent writes a share of the width with two decimals.
func percent(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }

func pixels(y float64) string { return strconv.FormatFloat(y, 'f', 1, 64) }

// axis divides 0 to at least most into equal whole steps, about four.
func axis(most int) (step, end int) {
	step = 1
	for i := 0; ; i++ {
		factor := []int{2, 5, 10}[i%3]
		if most <= 4*step {
			break
		}
		base := 1
		for range i / 3 {
			base *= 10
		}
		step = factor * base
	}
	end = (most + step - 1) / step * step
	return step, max(end, step)
}

// letter is about how many per cent of a narrow drawing a digit takes.
const letter = 2.4

// gutter is the share of the width that the labels of an axis need.
func gutter(most int) float64 { return letter*float64(len(Number(most))) + 1.5 }

// Number writes a number with its thousands apart, by a narrow blank.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
