// Package jobs carries out what the database says is due. A relay hands the
// ids of due rows to Asynq; a worker takes them, does the work and marks the
// row done in the transaction of its effect. It decides nothing about requests:
// that is package workflows. It keeps nothing in Redis that is not in the
// database: Redis may lose everything at any time.
package jobs
