package console

import (
	"habeas/models"
	"habeas/workflows"
)

func taskStateWords() map[models.TaskState]string {
	return map[models.TaskState]string{
		models.TaskOpen: "To do", models.TaskWaiting: "Waiting", models.TaskRunning: "Running", models.TaskNeedsReview: "Preview to approve",
		models.TaskApproved: "Being carried out", models.TaskDone: "Done", models.TaskFailed: "Failed", models.TaskCancelled: "Cancelled",
	}
}

// taskBadges are the shapes of the states' badges.
func taskBadges() map[models.TaskState]string {
	return map[models.TaskState]string{
		models.TaskOpen: "warn", models.TaskNeedsReview: "warn", models.TaskFailed: "bad", models.TaskDone: "good",
	}
}

func taskOutcomeWords() map[models.TaskOutcome]string {
	return map[models.TaskOutcome]string{
		models.TaskCompleted: "Completed", models.TaskNothingFound: "Nothing found", models.TaskPartly: "Done in part", models.TaskRefused: "Refused",
	}
}

func taskWaitWords() map[models.TaskWait]string {
	return map[models.TaskWait]string{
		models.WaitIdentifier:   "It waits for another system to name an identifier that this one knows the person by.",
		models.WaitConfirmation: "The requester has not confirmed the erasure yet.",
		models.WaitCoolingOff:   "The requester has confirmed the erasure and may still withdraw.",
		models.WaitLegalHold:    "A legal hold stands on the person: nothing is erased until it is lifted.",
	}
}

// faultWords say why a connector did not do what it was asked to.
func faultWords() map[models.ConnectorFault]string {
	return map[models.ConnectorFault]string{
		models.FaultUnavailable: "The system was not reached, or broke off.",
		models.FaultTimeout:     "The system took too long.",
		models.FaultLocked:      "Somebody else held the records.",
		models.FaultCredentials: "The system did not accept our credentials.",
		models.FaultPrivilege:   "Our account may not do this in the system.",
		models.FaultDefinition:  "The description of the system does not fit it.",
		models.FaultRefused:     "The system refused.",
		models.FaultSideEffect:  "It would have changed records that the preview does not show.",
		models.FaultChanged:     "The data has changed since the preview.",
		models.FaultTooMuch:     "There is more than Habeas takes at once.",
		models.FaultGarbage:     "The answer could not be read.",
		models.FaultUncertain:   "Nobody knows yet whether it was carried out: retry the task to find out.",
		models.FaultPending:     "The answer has not come.",
		models.FaultIdentifier:  "Nothing is known that the system knows the person by.",
		models.FaultUnsupported: "The system does not take this action.",
		models.FaultRowSecurity: "The system hides rows from us, so that “nothing found” would not be true.",
	}
}

// taskCommandWords are what the buttons about a task say.
func taskCommandWords() map[workflows.CommandName]string {
	return map[workflows.CommandName]string{
		workflows.CommandCompleteTask: "Say that it is done", workflows.CommandReassignTask: "Give to another owner", workflows.CommandRetryTask: "Retry",
	}
}

// taskWords end the addresses of the commands about a task, as those of the API.
func taskWords() map[workflows.CommandName]string {
	return map[workflows.CommandName]string{
		workflows.CommandRunTask: "run", workflows.CommandApprovePreview: "approve-preview", workflows.CommandCompleteTask: "complete",
		workflows.CommandReassignTask: "reassign", workflows.CommandRetryTask: "retry",
	}
}

func verdictWords() map[models.Verdict]string {
	return map[models.Verdict]string{
		models.VerdictErased: "Erased", models.VerdictMasked: "Masked", models.VerdictCorrected: "Corrected", models.VerdictKept: "Kept",
	}
}

func operationWords() map[models.Operation]string {
	return map[models.Operation]string{
		models.OperationUpdate: "Changed", models.OperationDelete: "Deleted", models.OperationKeep: "Kept",
	}
}

func keptWords() map[models.KeptReason]string {
	return map[models.KeptReason]string{
		models.KeptShared: "other records point at it", models.KeptOther: "it may be somebody else’s",
		models.KeptReadOnly: "the description of the system says that it is never touched", models.KeptNoKey: "its table has no key to name the row by",
		models.KeptJoins: "a key that names nobody once everything else is gone", models.KeptPreserved: "the description of the system keeps it",
	}
}
