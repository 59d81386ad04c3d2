namespace Qibin.Crm.Kernel;

/// <summary>
/// What became of a comment: said and no more, an instruction 批示 that waits for its outcome, one that was carried out, withdrawn by its
/// author.
/// </summary>
public enum CommentState { Noted, Open, Done, Withdrawn }
