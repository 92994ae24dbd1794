package jobs

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"habeas/models"
)

// The alarms about mail that does not come in, as a job's subject begins.
const (
	alarmSilent  = "silent"  // silent/<since when>/<fault>
	alarmRefused = "refused" // refused/<MiB>/<source>/<name there>
	alarmStuck   = "stuck"   // stuck/<UIDVALIDITY>/<UID>
)

// providers are the sources of mail that hold a refused one themselves; else it
// lies in the mailbox that is read.
func providers() map[string]string {
	return map[string]string{"ses": "Amazon SES", "postmark": "Postmark", "mailgun": "Mailgun"}
}

// MailboxSilent is the job that tells the managers that a mailbox was not read
// since then. A key rings once.
func MailboxSilent(key string, since time.Time, fault models.MailboxFault) models.Job {
	return models.Job{
		Kind: models.JobMailboxAlarm, UniqueKey: "mailbox_alarm/silent/" + key,
		Subject: alarmSilent + "/" + since.UTC().Format(time.RFC3339) + "/" + string(fault),
	}
}

// MailRefused is the job that tells them of a message that is too large, which
// its source knows by a name. A message rings once.
func MailRefused(source, name string, size int64) models.Job {
	return models.Job{
		Kind: models.JobMailboxAlarm, UniqueKey: "mailbox_alarm/refused/" + source + "/" + name,
		Subject: alarmRefused + "/" + strconv.FormatInt(max(1, size>>20), 10) + "/" + source + "/" + name,
	}
}

// MailStuck is the job that tells them of a message in the mailbox that cannot
// be taken, named by UIDVALIDITY and UID. A message rings once.
func MailStuck(name string) models.Job {
	return models.Job{Kind: models.JobMailboxAlarm, UniqueKey: "mailbox_alarm/stuck/" + name, Subject: alarmStuck + "/" + name}
}

// mailboxAlarm mails the managers what the job's subject says.
func (r *Runner) mailboxAlarm(ctx context.Context, j models.Job) error {
	letter := models.StaffMailboxLetter{Locale: r.Locale}
	var err error
	switch what, rest, _ := strings.Cut(j.Subject, "/"); what {
	case alarmSilent:
		since, fault, _ := strings.Cut(rest, "/")
		letter.Since, err = time.Parse(time.RFC3339, since)
		letter.Fault = models.MailboxFault(fault)
	case alarmRefused:
		size, which, _ := strings.Cut(rest, "/")
		source, name, _ := strings.Cut(which, "/")
		letter.RefusedMiB, err = strconv.Atoi(size)
		if letter.Provider = providers()[source]; letter.Provider != "" {
			letter.RefusedName = name
		}
	case alarmStuck:
		_, letter.Stuck, _ = strings.Cut(rest, "/")
	default:
		err = fmt.Errorf("there is no alarm %q", what)
	}
	if err != nil {
		return fmt.Errorf("reading what the alarm is about: %w", err)
	}
	return r.Service.Jobs.FinishJob(ctx, j.ID, []models.Message{r.toStaff(j.UniqueKey, models.Managers, letter)})
}
