package suggest

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// classifier is a multinomial logistic regression over sparse features. The
// weights are in hundredths, so that it is the same wherever it is trained.
type classifier struct {
	classes []string
	weights map[string][]int16 // by feature, one for each class
}

// example is a text in features, and the class that it is of.
type example struct {
	features []string
	class    string
}

// How the classifier learns.
const (
	epochs    = 12
	rate      = 0.5
	shrinkage = 2e-5
	tiny      = 8 // weights below are left out
)

// probabilities of the classes, and the share of the features that are known.
func (c *classifier) probabilities(features []string) (map[string]float64, float64) {
	scores := make([]float64, len(c.classes))
	found := 0
	for _, f := range features {
		if w, ok := c.weights[f]; ok {
			found++
			for i, v := range w {
				scores[i] += float64(v) / 100
			}
		}
	}
	share := 0.0
	if len(features) > 0 {
		share = float64(found) / float64(len(features))
		scale := 1 / math.Sqrt(float64(len(features)))
		for i := range scores {
			scores[i] *= scale
		}
	}
	softmax(scores)
	p := map[string]float64{}
	for i, class := range c.classes {
		p[class] = scores[i]
	}
	return p, share
}

func softmax(scores []float64) {
	top, sum := slices.Max(scores), 0.0
	for i, s := range scores {
		scores[i] = math.Exp(s - top)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}

// learn trains a classifier by stochastic gradient descent (AdaGrad).
func learn(examples []example) *classifier {
	names, numbered := numberedFeatures(examples)
	classes := classesOf(examples)
	k := len(classes)
	weights, squares := make([]float64, len(names)*k), make([]float64, len(names)*k)
	scores := make([]float64, k)
	order := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same order each time is what is wanted
	for range epochs {
		for _, at := range order.Perm(len(examples)) {
			features := numbered[at]
			clear(scores)
			scale := 1 / math.Sqrt(float64(max(len(features), 1)))
			for _, f := range features {
				for i, w := range weights[f*k : f*k+k] {
					scores[i] += float64(w * scale)
				}
			}
			softmax(scores)
			scores[slices.Index(classes, examples[at].class)]--
			for _, f := range features {
				w, q := weights[f*k:f*k+k], squares[f*k:f*k+k]
				for i, s := range scores {
					g := float64(s*scale) + float64(shrinkage*w[i])
					q[i] += float64(g * g)
					w[i] -= float64(rate * g / (math.Sqrt(q[i]) + 1e-8))
				}
			}
		}
	}
	c := &classifier{classes: classes, weights: map[string][]int16{}}
	for n, f := range names {
		w, telling := make([]int16, k), false
		for i := range w {
			w[i] = int16(math.Round(weights[n*k+i] * 100))
			telling = telling || w[i] >= tiny || w[i] <= -tiny
		}
		if telling {
			c.weights[f] = w
		}
	}
	return c
}

// numberedFeatures numbers the features of the examples.
func numberedFeatures(examples []example) (names []string, numbered [][]int) {
	index := map[string]int{}
	for _, e := range examples {
		var all []int
		for _, f := range e.features {
			n, ok := index[f]
			if !ok {
				n = len(names)
				index[f] = n
				names = append(names, f)
			}
			all = append(all, n)
		}
		numbered = append(numbered, all)
	}
	return names, numbered
}

func classesOf(examples []example) []string {
	var all []string
	for _, e := range examples {
		if !slices.Contains(all, e.class) {
			all = append(all, e.class)
		}
	}
	slices.Sort(all)
	return all
}

// write writes a line for each feature, in order.
func (c *classifier) write(w io.Writer) error {
	var b strings.Builder
	b.WriteString(strings.Join(c.classes, "\t") + "\n")
	for _, f := range slices.Sorted(maps.Keys(c.weights)) {
		b.WriteString(f)
		for _, v := range c.weights[f] {
			b.WriteByte('\t')
			if v >= tiny || v <= -tiny {
				b.WriteString(strconv.Itoa(int(v)))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// read reads what write wrote.
func read(r io.Reader) (*classifier, error) {
	lines := bufio.NewScanner(r)
	c := &classifier{weights: map[string][]int16{}}
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if c.classes == nil {
			c.classes = fields
			continue
		}
		w := make([]int16, len(c.classes))
		for i, f := range fields[1:] {
			if f == "" {
				continue
			}
			v, err := strconv.ParseInt(f, 10, 16)
			if err != nil {
				return nil, fmt.Errorf("reading the weights of %q: %w", fields[0], err)
			}
			w[i] = int16(v)
		}
		c.weights[fields[0]] = w
	}
	return c, lines.Err()
}

// likeliest class and its probability.
func likeliest(p map[string]float64) (string, float64) {
	best, most := "", -1.0
	for class, q := range p {
		if q > most || q == most && class < best {
			best, most = class, q
		}
	}
	return best, most
}
