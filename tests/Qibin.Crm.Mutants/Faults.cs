namespace Qibin.Crm.Mutants;

/// <summary>The faults that the tests should find.</summary>
public static class Faults
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        .. Leads(
            ("A refused claim gets a longer period", "Claim.cs", "HeldUntil < at ? HeldUntil : at", "HeldUntil > at ? HeldUntil : at"),
            ("Whoever filed a claim confirms it", "Claim.cs", "By == ClaimedBy", "By == Id"),
            ("A claim is extended without progress", "Claim.cs", "lead.ContactCount <= ContactsCounted",
                "lead.ContactCount < ContactsCounted"),
            ("An extension is as long as a first protection", "Claim.cs", "AddDays(rules.ExtensionDays)", "AddDays(rules.ProtectionDays)"),
            ("A dispute doubles what was left of the period", "Claim.cs", "+ Left!.Value", "+ (2 * Left!.Value)"),
            ("A claim is released one day early", "Claim.cs", "AddDays(rules.IdleReleaseDays + 1)", "AddDays(rules.IdleReleaseDays)"),
            ("Exactly 10 亿元 needs no provincial filing", "Claim.cs", "yuan >= rules.FilingFrom", "yuan > rules.FilingFrom"),
            ("Dollars count as yuan for the filing", "Claim.cs", "investment?.Amount * rate", "investment?.Amount"),
            ("Shares of the tax add up to less than the whole", "Transfer.cs", "asked.Sum(s => s.Tax) != Whole",
                "asked.Sum(s => s.Tax) > Whole"),
            ("A transfer is answered at the end of its time", "Transfer.cs", "At >= AnswerBy", "At > AnswerBy"),
            ("An overtaken transfer is confirmed", "Transfer.cs", "lead.OwnerId != FromOwnerId ||", "lead.OwnerId != FromOwnerId &&"),
            ("A transfer changes the shares of a third unit", "Transfer.cs", "others.TrueForAll(asked.Contains)", "(others.Count >= 0)"),
            ("A lead with a claim goes into the bin", "Lead.cs", ": claimed ? \"lead.claimed\"", ": claimed && pooled ? \"lead.claimed\""),
            ("A removed contact is still counted", "Lead.cs", "ContactCount--;", "_ = ContactCount;"),
            ("A lead goes to the pool one day early", "PoolPlace.cs", "var poolOn = quietSince.AddDays(rules.IdleDays + 1);",
                "var poolOn = quietSince.AddDays(rules.IdleDays);"),
            ("The former owner picks a lead back one day early", "PoolPlace.cs", "now.OnDay() < freeOn", "now.OnDay().AddDays(1) < freeOn"),
            ("The pool warns every day", "PoolPlace.cs", "today >= warnOn && WarnedOf != quietSince", "today >= warnOn"),
            ("A confidential lead goes to the pool", "PoolPlace.cs", "lead.Stage != LeadStage.Converted && !lead.Confidential;",
                "lead.Stage != LeadStage.Converted;"),
            ("The response clock breaches on the day itself", "ResponseClock.cs", "!d.Breached && d.On < today)]",
                "!d.Breached && d.On <= today)]"),
            ("Pauses of before a reopening go on counting", "ResponseClock.cs", "OfficerOn = OfficerOn ?? today, Pauses = [] }",
                "OfficerOn = OfficerOn ?? today }"),
            ("A report does not begin the next fortnight", "ResponseClock.cs", "reported > begin ? reported : begin",
                "reported < begin ? reported : begin"),
            ("A contact before the assessment counts as feedback", "ResponseClock.cs", "AssessedOn is null ? this : this with { FeedbackOn",
                "OfficerOn is null ? this : this with { FeedbackOn"),
            ("The day on which a pause ended is given back too", "WorkingCalendar.cs", "day < to)", "day <= to)"),
            ("A make-up day is free", "WorkingCalendar.cs", "out var working) ? working :",
                "out var working) ? working && day.Day != day.Day :"),
            ("A contact is corrected without a reason for two days", "Contact.cs", "RecordedAt + FreelyCorrected",
                "RecordedAt + (2 * FreelyCorrected)"),
            ("A phone call has a place", "Contact.cs", "content.Place is not null && !IsVisit",
                "content.Place is not null && PersonId is not null && !IsVisit"),
            ("The later of two clashing visits is taken for the earlier", "Contact.cs", "recorded.OccurredOn <= contact.OccurredOn",
                "recorded.OccurredOn >= contact.OccurredOn"),
            ("An import is reverted after its time", "Import.cs", "now > CreatedAt + Kept", "now > CreatedAt + Kept + Kept"),
            ("A finished import is executed again", "Import.cs", "if (dryRun || finished)", "if (dryRun && finished)"),
            ("A contact entered late moves the last contact back", "Lead.cs", "occurredOn > LastContactOn ? occurredOn : LastContactOn",
                "occurredOn"),
            ("A reopened lead begins anew", "Lead.cs", "Move(ClosedFrom!.Value,", "Move(LeadStage.New,"),
            ("A revisit on the day of keeping is accepted", "Lead.cs", "revisitOn <= occurredOn", "revisitOn < occurredOn"),
            ("An officer lifts what a head made confidential", "Lead.cs", "if (Confidential && ConfidentialityProposedBy is null)",
                "if (Confidential && Readers.Length == 0)"),
            ("Whoever accepted a transfer confirms it", "Transfer.cs", "RefuseOwn(actor, ProposedBy, AnsweredBy)",
                "RefuseOwn(actor, ProposedBy)"),
            ("A next step is overdue on its day", "Lead.cs", "due < today", "due <= today"),
            ("A later move-in replaces the first", "Lead.cs", "if (MovedInOn <= occurredOn)", "if (MovedInOn >= occurredOn)")),
        .. Projects(
            ("A step back keeps the yearly tax", "Project.cs", "to < ProjectStage.Efficient ? null : AnnualTax", "AnnualTax"),
            ("A step back keeps the enterprise", "Project.cs", "(null, null, null) : (Uscc,", "(null, null, EnterpriseId) : (Uscc,"),
            ("Whoever recorded a submission approves it", "Project.cs",
                "approver == submission.SubmittedBy || approver == submission.RecordedBy",
                "approver == submission.SubmittedBy"),
            ("Exactly the promised output is not enough", "Project.cs", "reached.Amount < threshold.Amount",
                "reached.Amount <= threshold.Amount"),
            ("The last of several tenancies says when the project moved in", "Project.cs", "begun.Min(t => t.MovedInOn)",
                "begun.Max(t => t.MovedInOn)"),
            ("A project with one ended tenancy has left", "Project.cs", "begun.Any(t => t.LeftOn is null)",
                "begun.All(t => t.LeftOn is null)"),
            ("A termination leaves the submission open", "Project.cs", "status == ProjectStatus.Terminated && waiting",
                "status == ProjectStatus.Suspended && waiting"),
            ("First output on the day of the stage is refused", "Project.cs", "evidence.FirstOutputOn > on",
                "evidence.FirstOutputOn >= on"),
            ("A reversal is reversed", "Project.cs", "entry.ReversalOf is not null", "entry.ReversalOf == entry.Id"),
            ("A further payment replaces the sum", "Project.cs", "?.Plus(amount) ?? amount",
                "?.Plus(amount with { Amount = 0 }) ?? amount"),
            ("Approving a registration forgets the contract amount", "Project.cs", "submission.ContractAmount ?? ContractAmount",
                "submission.ContractAmount"),
            ("The right amount of a signing takes the place of a supplementary agreement", "Project.cs",
                "move is null || moves.OfContract().Last() == move ? amount", "amount.Amount > 0 ? amount"),
            ("A project that moved in steps back before its registration", "Project.cs",
                "to < ProjectStage.Registered && MovedInOn is not null",
                "to < ProjectStage.Registered && LeftOn is not null"),
            ("Exactly 10 亿元 is signed without the provincial filing", "StageGates.cs", ">= From.Amount", "> From.Amount")),
        .. Comments(
            ("An instruction is answered by who gave it", "Domain/Comment.cs", "if (by == AuthorId)", "if (by == Id)"),
            ("An instruction is answered twice", "Domain/Comment.cs", "if (State != CommentState.Open)", "if (!Instruction)"),
            ("Everybody withdraws everybody's comments", "Domain/Comment.cs", "if (by != AuthorId)", "if (by == Id)"),
            ("A withdrawn comment shows its text", "CommentBodies.cs", "comment.State == CommentState.Withdrawn ? null : comment.Text",
                "comment.Text"),
            ("Who does not read a lead is mentioned", "CommentsOn.cs",
                "await ReadableBy(person).AnyAsync(r => r.Id == rowId, ct)", "!ct.IsCancellationRequested"),
            ("Whoever reads a lead answers its instructions", "CommentsOn.cs", "ChangeAsync(EditableBy(caller)",
                "ChangeAsync(ReadableBy(caller)"),
            ("An instruction waits for whom it names and cannot answer", "CommentsOn.cs",
                "c.Mentions.Contains(me) && editable.Any(r => r.Id == c.SubjectId)", "c.Mentions.Contains(me)")),
        .. Enterprises(
            ("A score of exactly 60 does not pass", "EntryApplication.cs", "mean < ScoreSheet.PassMark", "mean <= ScoreSheet.PassMark"),
            ("Reviews of an earlier round count", "EntryApplication.cs", "r.Round == Round", "r.Round <= Round"),
            ("Whoever reviewed an application approves it", "EntryApplication.cs", ", .. reviews.Select(r => r.ReviewerId)]", "]"),
            ("A veto of the second reviewer is overlooked", "EntryApplication.cs", "reviews.SelectMany(r => r.Vetoes)",
                "reviews.Take(1).SelectMany(r => r.Vetoes)"),
            ("Preferential terms need no fair-competition review", "EntryApplication.cs",
                "PreferentialTerms is not null && FairCompetition is null",
                "PreferentialTerms is null && FairCompetition is null && Round < 0"),
            ("A move-in before the wanted day leaves the space free until then", "EntryApplication.cs",
                "_occupations.Where(o => o.From > step.On)",
                "_occupations.Where(o => o.From < step.On)"),
            ("A move-in on the last day of the term is accepted", "EntryApplication.cs", "WantedTo <= step.On", "WantedTo < step.On"),
            ("A returned application keeps its reservation", "EntryApplication.cs", "_occupations.Clear();", "_ = _occupations.Count;"),
            ("Whoever left still occupies the space", "EntryApplication.cs", "o.Until is null || o.Until > step.On", "o.Until > step.On")),
        .. Pipeline(
            ("The smallest share takes the remainder of a divided amount", "Targets/Counting.cs", "OrderByDescending(s => s.Credit)",
                "OrderBy(s => s.Credit)"),
            ("Exactly 10 亿元 counts in the band below", "Domain/Band.cs", "< 10 * Yi => Band.From5",
                "<= 10 * Yi => Band.From5"),
            ("A restored lead stays removed", "Domain/Timeline.cs", "(Removed && e.Event is not LeadRestored)", "Removed"),
            ("A step back takes back the stage that it goes to", "Domain/Milestone.cs", "Stages.StageOf(m.Kind) > to",
                "Stages.StageOf(m.Kind) >= to"),
            ("A corrected step back takes the milestones back on the day before", "Domain/Milestone.cs",
                "TakenBackOn = e.Row.OccurredOn", "TakenBackOn = m.TakenBackOn"),
            ("A first contact that is corrected to a later day leaves the earlier one", "Domain/Milestone.cs",
                "m.OccurredOn < first", "m.OccurredOn < default(DateOnly)")),
        .. Identity(
            ("A sixth wrong password delays, not the fifth", "Domain/WrongTries.cs", "if (over >= 0)", "if (over > 0)"),
            ("An expired client secret is accepted", "Domain/Client.cs", "s.ExpiresAt > now && s.Matches(secret)", "s.Matches(secret)"),
            ("A unit whose people have left goes into the bin", "Domain/Unit.cs", "if (hasUnits || hadPeople)", "if (hasUnits)"),
            ("A unit is moved below its own grandchild", "Domain/Unit.cs", "tree.Subtree(Id).Contains(parent)", "parent == Id"),
            ("A rotated secret goes on until its own end", "Domain/Client.cs", "EndBy(now + overlap)", "EndBy(now + secretLifetime)")),
        .. Shared("Kernel", "Identity",
            ("Two roles reach as far as the narrower", "Roles.cs", ".DefaultIfEmpty(Reach.Own).Max()",
                ".DefaultIfEmpty(Reach.Own).Min()")),
        .. Shared("Kernel", "Enterprises",
            ("The check character of a USCC ignores full width", "Uscc.cs", ">= '\\uFF01' and <= '\\uFF5E'",
                ">= '\\uFF21' and <= '\\uFF5E'"),
            ("The weights of a USCC are wrong from the fourth on", "Uscc.cs", "weight * 3 % Alphabet.Length",
                "weight * 3 % (Alphabet.Length - 1)")),
        .. Shared("Kernel", "Leads",
            ("The new owner of a confidential lead cannot read it", "Confidentiality.cs", "Confidential && !Readers.Contains(owner)",
                "!Confidential && !Readers.Contains(owner)"),
            ("Of two settings made at once each end keeps its own", "Confidentiality.cs", "Readers.Union(other.Readers)", "Readers"),
            ("A business day begins at midnight UTC", "DistrictCalendar.cs", "TimeSpan.FromHours(8)", "TimeSpan.Zero")),
    ];

    private static IEnumerable<Fault> Comments(params (string What, string File, string Old, string New)[] faults) =>
        faults.Select(f => new Fault(f.What, "services/shared/Qibin.Crm.Comments", f.File, f.Old, f.New, "tests/Qibin.Crm.Leads.Tests",
            ["*CommentTests"]));

    private static IEnumerable<Fault> Leads(params (string What, string File, string Old, string New)[] faults) =>
        Domain("leads", "Leads", faults);

    private static IEnumerable<Fault> Projects(params (string What, string File, string Old, string New)[] faults) =>
        Domain("projects", "Projects", faults);

    private static IEnumerable<Fault> Enterprises(params (string What, string File, string Old, string New)[] faults) =>
        Domain("enterprises", "Enterprises", faults);

    private static IEnumerable<Fault> Domain(string service, string project, (string What, string File, string Old, string New)[] faults) =>
        faults.Select(f => new Fault(
            f.What, $"services/{service}/Qibin.Crm.{project}", "Domain/" + f.File, f.Old, f.New, $"tests/Qibin.Crm.{project}.Tests", []));

    private static IEnumerable<Fault> Pipeline(params (string What, string File, string Old, string New)[] faults) =>
        faults.Select(f => new Fault(
            f.What, "services/pipeline/Qibin.Crm.Pipeline", f.File, f.Old, f.New, "tests/Qibin.Crm.Pipeline.Tests", []));

    private static IEnumerable<Fault> Identity(params (string What, string File, string Old, string New)[] faults) =>
        faults.Select(f => new Fault(f.What, "services/identity/Qibin.Crm.Identity", f.File, f.Old, f.New, "tests/Qibin.Crm.Identity.Tests",
            []));

    private static IEnumerable<Fault> Shared(
        string library, string testedBy, params (string What, string File, string Old, string New)[] faults) =>
        faults.Select(f => new Fault(
            f.What, $"services/shared/Qibin.Crm.{library}", f.File, f.Old, f.New, $"tests/Qibin.Crm.{testedBy}.Tests", []));
}
