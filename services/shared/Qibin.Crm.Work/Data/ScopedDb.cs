using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Work.Data;

/// <summary>
/// The DbContext of the scope, for code that serves every service. It is no service under the type <see cref="DbContext"/> itself: a
/// scope disposes what it resolves once per registration, and a pooled context that is disposed a second time may already serve another
/// request.
/// </summary>
public sealed record ScopedDb(DbContext Context);
