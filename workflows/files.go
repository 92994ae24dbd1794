package workflows

import (
	"slices"

	"habeas/models"
)

// Limits of files. Each kind of sender has a share of its own: what strangers
// send to the address of a request takes no CheckShare from the requester, nor from
// staff.
const (
	MaxFile         = 10 << 20 // bytes of one file
	MaxFiles        = 50       // of one share of one request
	MaxRequestFiles = 25 << 20 // bytes of all files of a share
	maxOthersFiles  = 10       // of senders whom we do not know to be the requester
	maxOthersBytes  = 5 << 20
)

// CheckShare refuses a file that is one too many in its share, or too large beside the
// others of it.
func CheckShare(files []models.File, one models.File) error {
	n, size := 1, one.Size
	for _, f := range files {
		if f.Sender() == one.Sender() && !f.Package() {
			n, size = n+1, size+f.Size
		}
	}
	most, bytes := MaxFiles, int64(MaxRequestFiles)
	if one.Sender() == models.SenderOther {
		most, bytes = maxOthersFiles, maxOthersBytes
	}
	if n > most || size > bytes {
		return models.Errorf(models.CodeTooLarge, "a request may have %d files of %d MiB in all at most from one kind of sender", most, bytes>>20)
	}
	return nil
}

// DeleteFile takes a file out of a request, and its bytes out of the blob store.
// Attached are the files that the request has, which Service fills in.
type DeleteFile struct {
	File     string
	Reason   string // one of DeleteFileReasons
	Attached []models.File
}

// Name implements Command.
func (DeleteFile) Name() CommandName { return CommandDeleteFile }

// DeleteFileReasons lists why a file may be deleted.
func DeleteFileReasons() []string { return []string{"unwanted", "harmful", "misdirected", "mistake"} }

// deletable refuses the deletion of a file that somebody relies on. The file is
// "" where it is not chosen yet.
func deletable(_ Rules, k Case, a Act) error {
	if a.Command != CommandDeleteFile {
		return nil
	}
	return reliedOn(k, a.File)
}

// reliedOn says why a file stays: it went out with an answer, or is to, it proves
// that a task was done, or an appeal waits for its answer, which may be about any.
func reliedOn(k Case, file string) error {
	r := k.Request
	switch {
	case r.Appeal.No > 0 && r.State != models.StateClosed:
		return models.Errorf(models.CodeConflict, "an appeal is about the request as it was answered: no file of it is deleted before that is decided")
	case slices.Contains(r.Released, file):
		return models.Errorf(models.CodeConflict, "the file went out with an answer, and stays with it")
	case slices.Contains(r.Proposal.Files, file):
		return models.Errorf(models.CodeConflict, "the file is to go out with the decision that waits for approval")
	case slices.ContainsFunc(k.Tasks, func(t models.Task) bool { return slices.Contains(t.Files, file) }):
		return models.Errorf(models.CodeConflict, "the file proves that a task was done, and stays with it")
	}
	return nil
}

// deleteFile takes a file out. Who deletes it again is told that it is gone.
func (d *decider) deleteFile(c DeleteFile) error {
	if !slices.Contains(DeleteFileReasons(), c.Reason) {
		return models.Invalid(models.FieldError{Field: "reason", Code: "oneof", Message: "must be unwanted, harmful, misdirected or mistake"})
	}
	i := slices.IndexFunc(c.Attached, func(f models.File) bool { return f.ID == c.File })
	if i < 0 {
		return models.Invalid(models.FieldError{Field: "file", Code: "unknown", Message: "the request has no such file"})
	}
	if _, err := d.gate(Act{Command: CommandDeleteFile, File: c.File}); err != nil {
		return err
	}
	d.erasureSeen()
	d.dropFile(c.Attached[i], c.Reason)
	return nil
}

// dropFile takes a file out that nobody relies on.
func (d *decider) dropFile(f models.File, reason string) {
	detail := map[string]string{"file": f.ID, "media_type": f.MediaType, "reason": reason}
	if f.Internal {
		detail["internal"] = "true"
	}
	d.With(models.FileDeleted{RequestID: d.Request.ID, ID: f.ID})
	d.observe(models.EventFileDeleted, detail)
	d.Plan(d.stamp, models.Job{
		Kind: models.JobDeleteBlob, RequestID: d.Request.ID, Subject: f.Blob, UniqueKey: "delete_blob/" + f.Blob, RunAt: d.now,
	})
}
