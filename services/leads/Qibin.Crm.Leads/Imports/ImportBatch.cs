using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Assignments;
using Qibin.Crm.Leads.Claims;
using Qibin.Crm.Leads.Contacts;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.FirstContacts;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.Responses;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Imports;

/// <summary>
/// Some rows of an import with all that they meet, looked up at once. A row that touches what an earlier one of the batch touches
/// begins the next batch: each change is a version of its own, and a row sees what the rows before it did.
/// </summary>
internal sealed class ImportBatch(
    LeadsDb db, ImportRun run, Caller caller, Actor actor, TimeProvider clock, Func<IEnumerable<Fault>, string> reason)
{
    private readonly List<Investor> _investors = [];
    private readonly List<Person> _people = [];
    private readonly List<Lead> _leads = [];
    private readonly List<(Lead Lead, Contact Contact)> _contacts = [];
    private readonly List<NextStep> _steps = [];
    private readonly List<StageMove> _moves = [];
    private readonly List<ExternalKey> _keys = [];
    private readonly List<EventRow> _events = [];
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    private Dictionary<string, Guid> _leadByKey = [];
    private Dictionary<string, Guid> _leadByCode = [];
    private Dictionary<string, Guid> _newestByUscc = [];
    private Dictionary<string, Guid> _investorByCode = [];
    private HashSet<Guid> _editableInvestors = [];
    private Dictionary<Guid, Lead> _found = [];
    private Dictionary<Guid, Investor> _known = [];
    private ILookup<Guid, Person> _knownPeople = Array.Empty<Person>().ToLookup(p => p.Id);
    private Dictionary<Guid, NextStep> _openSteps = [];
    private ILookup<Guid, SaidBefore> _said = Array.Empty<SaidBefore>().ToLookup(s => s.LeadId);
    private Dictionary<Guid, int> _leadsOf = [];
    private ProtectedInvestors _protected = ProtectedInvestors.None;
    private readonly Dictionary<int, Investor> _new = [];
    private readonly Dictionary<int, Guid> _checkedAs = [];
    private readonly List<AuditEntry> _audits = [];
    private IReadOnlyDictionary<Guid, SameInvestor> _same = new Dictionary<Guid, SameInvestor>();
    private IReadOnlyDictionary<Guid, SameInvestor> _renamed = new Dictionary<Guid, SameInvestor>();

    /// <summary>The existing investors that rows without a lead of their own are contacts with, by the rows' numbers.</summary>
    private readonly Dictionary<int, Guid> _linked = [];
    private int _codesTaken;

    /// <summary>Codes for the leads that may be opened; none in a dry run, whose leads have no code.</summary>
    public IReadOnlyList<string> Codes { get; set; } = [];

    private sealed record SaidBefore(Guid LeadId, ContactChannel Channel, string Summary, DateOnly OccurredOn);

    /// <summary>
    /// Looks up what the rows meet; what they may change is locked, investors before leads, each in the order of their ids.
    /// </summary>
    public async Task LookAsync(IReadOnlyList<ImportDraft> drafts, CancellationToken ct)
    {
        string[] keys = [.. drafts.Select(d => d.ExternalKey).OfType<string>().Distinct()];
        string[] usccs = [.. drafts.Select(UsccOf).OfType<string>().Distinct()];
        string[] registrations = [.. drafts.Select(d => ForeignOf(d)?.Key).OfType<string>().Distinct()];
        if (keys.Length > 0)
        {
            _leadByKey = await db.ExternalKeys.AsNoTracking().Where(k => k.UnitId == run.UnitId && keys.Contains(k.Key))
                .ToDictionaryAsync(k => k.Key, k => k.LeadId, ct);
        }

        if (run.Key == ImportKey.LeadCode)
        {
            string[] leadCodes = [.. drafts.Select(d => d.LeadCode).OfType<string>().Distinct()];
            _leadByCode = await db.Leads.EditableBy(caller).Where(l => leadCodes.Contains(l.Code))
                .ToDictionaryAsync(l => l.Code, l => l.Id, ct);
        }

        if (usccs.Length + registrations.Length > 0)
        {
            var coded = await db.InvestorsDisclosedTo(caller)
                .Where(i => usccs.Contains(i.Uscc) || registrations.Contains(i.RegistrationKey)).OrderBy(i => i.Id)
                .Select(i => new { i.Uscc, i.RegistrationKey, i.Id }).ToListAsync(ct);
            Guid[] registered = [.. coded.Select(i => i.Id)];
            var leads = registered.Length == 0 ? []
                : await db.Leads.EditableBy(caller).Where(l => registered.Contains(l.InvestorId))
                .Select(l => new { l.Id, l.InvestorId, l.CreatedAt }).ToListAsync(ct);
            _editableInvestors = [.. leads.Select(l => l.InvestorId)];
            // Two have one code when one of them was entered for a confidential lead.
            _investorByCode = coded.Select(i => (Code: i.Uscc is null ? null : InvestorFacts.KeyOfCode(i.Uscc), i.Id))
                .Concat(coded.Select(
                    i => (Code: i.RegistrationKey is null ? null : InvestorFacts.KeyOfRegistration(i.RegistrationKey), i.Id)))
                .Where(i => i.Code is not null).GroupBy(i => i.Code!, StringComparer.Ordinal).ToDictionary(
                of => of.Key, of => of.OrderByDescending(i => _editableInvestors.Contains(i.Id)).First().Id, StringComparer.Ordinal);
            if (run.Key == ImportKey.Uscc)
            {
                var newest = leads.GroupBy(l => l.InvestorId)
                    .ToDictionary(g => g.Key, g => g.OrderBy(l => l.CreatedAt).ThenBy(l => l.Id).Last().Id);
                _newestByUscc = usccs.Select(uscc => (Uscc: uscc, Id: _investorByCode.GetValueOrDefault(InvestorFacts.KeyOfCode(uscc))))
                    .Where(i => newest.ContainsKey(i.Id)).ToDictionary(i => i.Uscc, i => newest[i.Id], StringComparer.Ordinal);
            }
        }

        await LinkAsync(drafts, ct);
        Guid[] leadIds = [.. drafts.Select(TargetOf).OfType<Guid>().Distinct()];
        Guid[] investorIds = leadIds.Length == 0 ? [] : await db.Leads.Where(l => leadIds.Contains(l.Id)).Select(l => l.InvestorId)
            .ToArrayAsync(ct);
        investorIds = [.. investorIds.Union(_editableInvestors).Union(_linked.Values)];
        if (investorIds.Length > 0)
        {
            _known = (await db.Investors.FromSql($"select * from investor where id = any ({investorIds}) order by id for update")
                .ToListAsync(ct)).ToDictionary(i => i.Id);
            _knownPeople = (await db.PeopleKnownTo(caller).Where(p => investorIds.Contains(p.InvestorId)).OrderBy(p => p.Id)
                .ToListAsync(ct)).ToLookup(p => p.InvestorId);
        }

        if (leadIds.Length > 0)
        {
            var found = await db.Leads.FromSql($"select * from lead where id = any ({leadIds}) order by id for update").ToListAsync(ct);
            var editable = (await db.Leads.EditableBy(caller).Where(l => leadIds.Contains(l.Id)).Select(l => l.Id).ToListAsync(ct))
                .ToHashSet();
            _found = found.Where(l => editable.Contains(l.Id)).ToDictionary(l => l.Id);
            Guid[] open = [.. found.Select(l => l.NextStepId).OfType<Guid>()];
            _openSteps = await db.NextSteps.Where(s => open.Contains(s.Id)).ToDictionaryAsync(s => s.Id, ct);
            string[] said = [.. drafts.Select(d => d.Request.Summary).OfType<string>().Distinct()];
            _said = (await db.Contacts.Where(c => leadIds.Contains(c.LeadId) && said.Contains(c.Summary))
                .Select(c => new SaidBefore(c.LeadId, c.Channel, c.Summary, c.OccurredOn)).ToListAsync(ct)).ToLookup(s => s.LeadId);
            _leadsOf = await db.Leads.Where(l => investorIds.Contains(l.InvestorId)).GroupBy(l => l.InvestorId)
                .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        }

        await LookAtRenamesAsync(drafts, ct);
        var amended = drafts.Where(d => TargetOf(d) is { } id && _found.ContainsKey(id))
            .Select(d => (Investor: _known[_found[TargetOf(d)!.Value].InvestorId], Draft: d))
            .Select(a => (a.Investor.Id, Amended(a.Investor, a.Draft).Keys, Former: a.Investor.Keys))
            .Where(a => !a.Keys.SequenceEqual(a.Former)).ToList();
        if (amended.Count > 0)
        {
            _protected = await ProtectedInvestors.LookAsync(
                db, caller, [.. amended.Select(a => a.Id).Distinct()], [.. amended.SelectMany(a => a.Keys).Distinct()], actor, ct);
        }
    }

    /// <summary>The rows as far as the batch goes; at least the first.</summary>
    public IReadOnlyList<ImportDraft> Apart(IReadOnlyList<ImportDraft> drafts) => [.. drafts.TakeWhile(draft =>
    {
        var touches = Touches(draft);
        var apart = !touches.Exists(_touched.Contains);
        _touched.UnionWith(touches);
        return apart;
    })];

    /// <summary>How many of the rows may open a lead, and so need a code.</summary>
    public int MayOpen(IReadOnlyList<ImportDraft> drafts) => drafts.Count(d => d.Faults.Count == 0 && TargetOf(d) is null);

    /// <summary>Applies rows that are apart, in order.</summary>
    /// <returns>What became of each.</returns>
    public IReadOnlyList<RowEnd> Apply(IReadOnlyList<ImportDraft> drafts) => [.. drafts.Select(One)];

    /// <summary>Inserts the new rows and their events. Changed rows are saved with the job.</summary>
    public async Task WriteAsync(CancellationToken ct)
    {
        await db.CopyAsync(_investors, ct);
        await db.CopyAsync(_people, ct);
        if (_leads.Count > 0)
        {
            var terms = await ResponseClocks.TermsAsync(db, ct);
            _leads.ForEach(lead => lead.KeepTime(terms, changed: true, actor.At));
        }

        await db.CopyAsync(_leads, ct);
        await db.CopyAsync(_contacts.ConvertAll(c => c.Contact), ct);
        await db.CopyAsync(_steps, ct);
        await db.CopyAsync(_moves, ct);
        await db.CopyAsync(_keys, ct);
        await db.CopyAsync(_events, ct);
        await db.CopyAsync(_audits, ct);
        await Visits.NoteClashesAsync(db, _contacts, actor, clock, ct);
    }

    private RowEnd One(ImportDraft draft)
    {
        try
        {
            var target = TargetOf(draft);
            var faults = draft.Faults.Where(f => target is null || f.Code != "value.required").ToList();
            faults.RemoveAll(f => f.Code == "value.required" && faults.Exists(other => other.Pointer == f.Pointer && other.Code != f.Code));
            if (run.Key == ImportKey.LeadCode && draft.LeadCode is not null && target is null)
            {
                faults.Add(new Fault("/leadCode", "import.leadUnknown"));
            }

            if (target is null && draft.Request.InvestorName is null)
            {
                faults.Add(new Fault("/investorName", "value.required"));
            }

            if (draft.Request is { PersonName: not null } request && !request.PersonFacts().IsReachable
                && !PeopleOf(draft, target).Any(p => p.Name == request.PersonName))
            {
                faults.Add(new Fault("/phone", "person.unreachable"));
            }

            if (draft.ExternalKey is { } key && _leadByKey.TryGetValue(key, out var keyed)
                && (keyed != target || !_found.ContainsKey(keyed)))
            {
                faults.Add(new Fault("/externalKey", "import.keyTaken"));
            }

            return faults.Count > 0 ? Refused(draft, faults) : target is { } id ? Change(draft, _found[id]) : Open(draft);
        }
        catch (RuleViolation rule)
        {
            return Refused(draft, [new Fault("", rule.Code, [.. rule.Arguments])]);
        }
    }

    /// <summary>The people that are known of the investor of the row's lead, or of the one that the row was linked to.</summary>
    private IEnumerable<Person> PeopleOf(ImportDraft draft, Guid? target) =>
        target is { } id && _found.TryGetValue(id, out var lead) ? _knownPeople[lead.InvestorId]
        : target is null && _linked.TryGetValue(draft.Number, out var investor) ? _knownPeople[investor] : [];

    private RowEnd Refused(ImportDraft draft, IReadOnlyList<Fault> faults) =>
        new(draft.Number, ImportOutcome.Failed) { Reason = reason(faults) };

    private RowEnd Open(ImportDraft draft)
    {
        var request = draft.Request;
        var isNew = !_linked.TryGetValue(draft.Number, out var id);
        var investor = isNew ? _new[draft.Number] : _known[id];
        investor.RefuseMerged();
        if (isNew && run.DuplicateReason is { } why && _same.ContainsKey(investor.Id))
        {
            _audits.Add(Duplicates.OverrideOf(actor, investor.Id, why));
        }

        var facts = request.PersonFacts();
        var person = _knownPeople[investor.Id].FirstOrDefault(p => p.Is(facts));
        var isNewPerson = person is null;
        person ??= Domain.Person.Of(investor.Id, clock.NewId(), facts, actor);
        var opened = OpenedLead.Of(
            request, run.DryRun ? "" : Codes[_codesTaken], investor, person, new Owner(run.OwnerId, run.UnitId), request.OccurredOn
            ?? actor.At.OnDay(), null, actor, clock);
        if (draft.Title is not null)
        {
            opened.Lead.Describe(draft.Title, null, actor);
        }

        _codesTaken++;
        if (isNew)
        {
            _investors.Add(investor);
        }

        if (isNewPerson)
        {
            _people.Add(person);
        }

        _leads.Add(opened.Lead);
        _contacts.Add((opened.Lead, opened.Contact));
        _steps.Add(opened.Step);
        _moves.Add(opened.Opening);
        _events.AddRange(opened.Events.Select((happened, ordinal) => db.EventRowOf(opened.Lead, happened, ordinal)));
        if (draft.ExternalKey is { } key)
        {
            _keys.Add(new ExternalKey { UnitId = run.UnitId, Key = key, LeadId = opened.Lead.Id });
        }

        return new RowEnd(draft.Number, ImportOutcome.Created)
        {
            LeadId = opened.Lead.Id,
            LeadAfter = opened.Lead.Version,
            InvestorId = isNew ? investor.Id : null,
            InvestorAfter = isNew ? investor.Version : 0,
            PersonId = isNewPerson ? person.Id : null,
            PersonAfter = isNewPerson ? person.Version : 0,
        };
    }

    /// <summary>Changes what the row says otherwise; an empty cell changes nothing.</summary>
    private RowEnd Change(ImportDraft draft, Lead lead)
    {
        var request = draft.Request;
        var investor = _known[lead.InvestorId];
        var (uscc, foreign) = (UsccOf(draft), ForeignOf(draft));
        // All that can be refused is refused before anything is changed.
        var planned = request.NextStep is { } what && (lead.NextStepId is not { } openId || _openSteps[openId].What != what
            || (request.NextStepDueOn is { } due && due != lead.NextStepDueOn));
        var dueOn = request.NextStepDueOn ?? lead.NextStepDueOn;
        var faults = new List<Fault>();
        if (planned && lead.IsClosed)
        {
            faults.Add(new Fault("/nextStep", "lead.closed"));
        }

        if (planned && dueOn is null)
        {
            faults.Add(new Fault("/nextStepDueOn", "value.required"));
        }

        var occurredOn = request.OccurredOn ?? actor.At.OnDay();
        var said = request.Summary is { } summary && request.Channel is { } channel
            && !_said[lead.Id].Any(s =>
            s.Summary == summary && s.Channel == channel && (request.OccurredOn is null || s.OccurredOn == occurredOn));
        if (planned && dueOn < (said && occurredOn < lead.FirstContactOn ? occurredOn : lead.FirstContactOn))
        {
            faults.Add(new Fault("/nextStepDueOn", "nextStep.beforeFirstContact", lead.FirstContactOn));
        }

        if (uscc is not null && uscc != investor.Uscc && _investorByCode.ContainsKey(InvestorFacts.KeyOfCode(uscc)))
        {
            faults.Add(new Fault("/uscc", "investor.usccTaken"));
        }

        if (foreign is not null && foreign.Key != investor.RegistrationKey
            && _investorByCode.ContainsKey(InvestorFacts.KeyOfCode(foreign)))
        {
            faults.Add(new Fault("/registrationNumber", "investor.registrationTaken"));
        }

        var renamed = NameOf(investor, draft) != investor.Name;
        if (renamed && _leadsOf.GetValueOrDefault(investor.Id) > 1)
        {
            faults.Add(new Fault("/investorName", "import.renameShared"));
        }

        if (renamed && faults.Count == 0)
        {
            faults.AddRange(Duplicate(draft));
        }

        var amended = Amended(investor, draft);
        if (faults.Count == 0 && _protected.Against(investor.Id, amended.Keys) is not null)
        {
            faults.Add(new Fault(
                renamed ? "/investorName" : amended.Uscc != investor.Uscc ? "/uscc" : "/registrationNumber", "claim.takenBySomebody"));
        }

        if (faults.Count > 0)
        {
            return Refused(draft, faults);
        }

        var before = new Snapshots();
        var (leadBefore, investorBefore) = (lead.Version, investor.Version);
        var investorChanged = amended != investor.Facts();
        if (investorChanged)
        {
            before.Keep("investor", db.Entry(investor));
            investor.Amend(amended.Name, amended.Uscc, amended.ForeignRegistration, amended.SourceRegion, actor);
            _protected.Follow(investor.Id, investor.Keys, actor);
        }

        var (person, personBefore) = Person(request, investor, before);
        person?.EnterWith([lead.Id]);
        before.Keep("lead", db.Entry(lead));
        var happened = new List<Func<Contracts.IEvent>>();
        if (Amend(lead, investor, draft))
        {
            happened.Add(() => new LeadAmended { Lead = lead.State() });
        }

        Contact? contact = null;
        if (said)
        {
            contact = Contact.Record(clock.NewId(), lead.Id, new ContactContent
            {
                PersonId = person?.Id,
                Channel = request.Channel!.Value,
                Summary = request.Summary!,
                OccurredOn = occurredOn,
            }, actor);
            lead.NoteContact(occurredOn, actor);
            _contacts.Add((lead, contact));
            happened.Add(() => contact.Recorded(lead));
        }

        NextStep? step = null;
        if (planned)
        {
            if (lead.NextStepId is { } open)
            {
                before.Keep("step", db.Entry(_openSteps[open]));
                _openSteps[open].End(NextStepOutcome.Replaced, actor);
            }

            step = lead.PlanNextStep(clock.NewId(), request.NextStep!, dueOn!.Value, actor);
            _steps.Add(step);
            happened.Add(() => new NextStepPlanned { Lead = lead.State(), DueOn = lead.NextStepDueOn });
        }

        _events.AddRange(happened.Select((tell, ordinal) => db.EventRowOf(lead, tell(), ordinal)));
        var isNewPerson = person is not null && personBefore == 0;
        var changed = happened.Count > 0 || investorChanged || (person is not null && person.Version != personBefore);
        return new RowEnd(draft.Number, changed ? ImportOutcome.Updated : ImportOutcome.Unchanged)
        {
            LeadId = lead.Id,
            LeadBefore = leadBefore,
            LeadAfter = lead.Version,
            InvestorId = investorChanged ? investor.Id : null,
            InvestorBefore = investorChanged ? investorBefore : 0,
            InvestorAfter = investorChanged ? investor.Version : 0,
            PersonId = isNewPerson || (person is not null && person.Version != personBefore) ? person!.Id : null,
            PersonBefore = personBefore,
            PersonAfter = person?.Version ?? 0,
            ContactId = contact?.Id,
            StepId = step?.Id,
            Before = changed ? before.Write() : null,
        };
    }

    /// <summary>
    /// The name that the row gives the investor. Where others have leads of it too, another spelling is no rename: it may be the one that
    /// the row was linked by.
    /// </summary>
    private string NameOf(Investor investor, ImportDraft draft) =>
        draft.Request.InvestorName is { } name
            && !(_leadsOf.GetValueOrDefault(investor.Id) > 1 && investor.Keys.Contains(InvestorFacts.KeyOfName(name)))
            ? name : investor.Name;

    /// <summary>The investor as the row has it; an empty cell changes nothing.</summary>
    private InvestorFacts Amended(Investor investor, ImportDraft draft) => investor.Facts() with
    {
        Name = NameOf(investor, draft),
        Uscc = UsccOf(draft) ?? investor.Uscc,
        ForeignRegistration = ForeignOf(draft) ?? investor.ForeignRegistration,
        SourceRegion = draft.Request.SourceRegion ?? investor.SourceRegion,
    };

    /// <summary>The row's person: one of the investor's by name, changed where the row says otherwise, or a new one.</summary>
    /// <returns>The person, and its version before: 0 for a new one.</returns>
    private (Person? Person, long Before) Person(FirstContactRequest request, Investor investor, Snapshots before)
    {
        if (request.PersonName is null)
        {
            return (null, 0);
        }

        var facts = request.PersonFacts();
        var known = _knownPeople[investor.Id].Where(p => p.Name == facts.Name).ToList();
        var person = known.Find(p => p.Is(facts)) ?? known.FirstOrDefault();
        if (person is null)
        {
            person = Domain.Person.Of(investor.Id, clock.NewId(), facts, actor);
            _people.Add(person);
            return (person, 0);
        }

        var version = person.Version;
        var present = person.Facts();
        var amended = new PersonFacts(
            present.Name, facts.Title ?? present.Title, facts.Phone ?? present.Phone, facts.Email ?? present.Email,
            facts.Wechat ?? present.Wechat);
        if (amended != present)
        {
            before.Keep("person", db.Entry(person));
            person.Amend(amended, actor);
        }

        return (person, version);
    }

    private bool Amend(Lead lead, Investor investor, ImportDraft draft)
    {
        var version = lead.Version;
        var request = draft.Request;
        if (draft.Title is not null && draft.Title != lead.Title)
        {
            lead.Describe(draft.Title, lead.Summary, actor);
        }

        if (request.NodeCode is not null && request.NodeCode != lead.NodeCode)
        {
            lead.PlaceOnNode(request.NodeCode, actor);
        }

        if (request.EstimatedInvestment is not null && request.EstimatedInvestment != lead.EstimatedInvestment)
        {
            lead.Estimate(request.EstimatedInvestment, actor);
        }

        if (request.SourceRegion is not null && request.SourceRegion != lead.SourceRegion)
        {
            lead.ComeFrom(request.SourceRegion, actor);
        }

        if (investor.Name != lead.InvestorName)
        {
            lead.RenameInvestor(investor, actor);
        }

        return lead.Version != version;
    }

    /// <summary>
    /// Finds the investors of the rows that open a lead: one that is there, by code or name, or a new one: the look-up of a first contact,
    /// for all rows at once. Another row of this batch with the same name waits for the next one, and is looked up there.
    /// </summary>
    private async Task LinkAsync(IReadOnlyList<ImportDraft> drafts, CancellationToken ct)
    {
        var entered = new List<EnteredInvestor>();
        foreach (var draft in drafts.Where(d => d.Request.InvestorName is not null && d.Faults.Count == 0 && TargetOf(d) is null))
        {
            var request = draft.Request;
            var (uscc, foreign) = (UsccOf(draft), ForeignOf(draft));
            if (InvestorFacts.KeysOfCodes(uscc, foreign).FirstOrDefault(_investorByCode.ContainsKey) is { } code)
            {
                _linked.Add(draft.Number, _investorByCode[code]);
                continue;
            }

            var investor = Investor.Register(clock.NewId(), request.InvestorName!, request.Uscc, request.SourceRegion, actor, foreign);
            _new.Add(draft.Number, investor);
            entered.Add(new EnteredInvestor(investor.Id, investor.Name, uscc, foreign, request.Phone, request.Email));
        }

        _same = await Duplicates.OfManyAsync(db, caller, entered, clock, ct);
        if (run.DuplicateReason is null)
        {
            foreach (var (number, investor) in _new)
            {
                if (_same.TryGetValue(investor.Id, out var same))
                {
                    _linked.Add(number, same.Id);
                }
            }
        }
    }

    /// <summary>What speaks against the new names that rows give the investors of their leads.</summary>
    private async Task LookAtRenamesAsync(IReadOnlyList<ImportDraft> drafts, CancellationToken ct)
    {
        var renamed = new List<EnteredInvestor>();
        foreach (var draft in drafts.Where(d => d.Request.InvestorName is not null))
        {
            if (TargetOf(draft) is { } id && _found.TryGetValue(id, out var lead)
                && ComparedNames.KeyOf(draft.Request.InvestorName!) != _known[lead.InvestorId].ComparedName)
            {
                renamed.Add(new EnteredInvestor(
                    lead.InvestorId, draft.Request.InvestorName!, UsccOf(draft), ForeignOf(draft), null, null));
                _checkedAs[draft.Number] = lead.InvestorId;
            }
        }

        _renamed = await Duplicates.OfManyAsync(db, caller, [.. renamed.DistinctBy(e => e.Id)], clock, ct);
    }

    /// <summary>
    /// The existing investors that speak against a rename; none when the import has a reason for all of them, which is audited.
    /// </summary>
    private List<Fault> Duplicate(ImportDraft draft)
    {
        if (!_checkedAs.TryGetValue(draft.Number, out var id) || !_renamed.TryGetValue(id, out var same))
        {
            return [];
        }

        if (run.DuplicateReason is { } why)
        {
            _audits.Add(Duplicates.OverrideOf(actor, id, why));
            return [];
        }

        return
        [
            .. same.Names.Count > 0 ? [new Fault("/investorName", "import.duplicate", string.Join("、", same.Names))] : (Fault[])[],
            .. same.Elsewhere ? [new Fault("/investorName", "investor.elsewhere")] : (Fault[])[],
        ];
    }

    /// <summary>The lead that the row changes, when its key finds one.</summary>
    private Guid? TargetOf(ImportDraft draft) => run.Key switch
    {
        ImportKey.ExternalKey when draft.ExternalKey is { } key && _leadByKey.TryGetValue(key, out var id) => id,
        ImportKey.LeadCode when draft.LeadCode is { } code && _leadByCode.TryGetValue(code, out var id) => id,
        ImportKey.Uscc when UsccOf(draft) is { } uscc && _newestByUscc.TryGetValue(uscc, out var id) => id,
        _ => null,
    };

    private List<string> Touches(ImportDraft draft)
    {
        var touches = new List<string>();
        if (TargetOf(draft) is { } id && _found.TryGetValue(id, out var lead))
        {
            touches.Add("lead " + id);
            touches.Add("investor " + lead.InvestorId);
        }

        touches.AddRange(InvestorFacts.KeysOfCodes(UsccOf(draft), ForeignOf(draft)));

        if (_linked.TryGetValue(draft.Number, out var investor))
        {
            touches.Add("investor " + investor);
        }

        if (draft.ExternalKey is { } key)
        {
            touches.Add("key " + key);
        }

        if (run.DuplicateReason is null && (_checkedAs.ContainsKey(draft.Number) || _new.ContainsKey(draft.Number)))
        {
            touches.Add("name " + ComparedNames.KeyOf(draft.Request.InvestorName!));
        }

        return touches;
    }

    private static ForeignRegistration? ForeignOf(ImportDraft draft) =>
        draft.Request.ForeignRegistration is { } foreign ? ForeignRegistration.Find(foreign.Country, foreign.Number) : null;

    private static string? UsccOf(ImportDraft draft) => Uscc.TryParse(draft.Request.Uscc, out var uscc) ? uscc.Value : null;
}
