using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Problems;

/// <summary>Problems that every service can answer with.</summary>
internal static class CommonProblems
{
    public static readonly IReadOnlyDictionary<string, ProblemText> Texts = new Dictionary<string, ProblemText>(StringComparer.Ordinal)
    {
        ["request.malformed"] = new("请求格式有误", "The request is malformed"),
        ["request.invalid"] = new("请求内容不符合要求", "The request does not match its schema; see errors"),
        ["request.tooLarge"] = new("请求体超过 1 MB", "The request body is over 1 MB"),
        ["request.fileTooLarge"] = new("文件超过 {0} MB", "The file is over {0} MB"),
        ["request.targetTooLong"] = new("请求地址过长", "The request's URL is too long"),
        ["request.headersTooLarge"] = new("请求头过大", "The request's headers are too large"),
        ["request.mediaType"] = new("请使用 application/json", "Use application/json"),
        ["request.method"] = new("该地址不支持此方法", "This URL does not support the method"),
        ["request.timeout"] = new("请求接收超时", "The request took too long to arrive; send it again"),
        ["request.bodyMissing"] = new("缺少请求体", "The request body is missing"),
        ["json.malformed"] = new("JSON 格式有误", "The JSON is malformed"),
        ["json.unknownProperty"] = new("未知属性", "Unknown property"),
        ["json.wrongType"] = new("值的类型不正确", "The value has the wrong type"),
        ["word.unknown"] = new("须为以下之一：{0}", "Must be one of: {0}"),
        ["query.unknown"] = new("未知的查询参数 {0}", "Unknown query parameter {0}"),
        ["query.repeated"] = new("查询参数 {0} 只能出现一次", "Query parameter {0} may appear once only"),
        ["query.value"] = new("查询参数 {0} 的值无效", "The value of query parameter {0} is not valid"),
        ["sort.unknown"] = new("不能按 {0} 排序", "Cannot sort by {0}"),
        ["cursor.invalid"] = new("翻页游标无效，或与筛选、排序条件不符",
            "The cursor is not valid or belongs to another filter or sort; start from the first page"),
        ["confidential.approverNeeded"] = new(
            "涉密事项须至少有一名在职的部门负责人、统筹岗或领导知悉",
            "Name at least one active unit head, coordinator or leader as a reader of what is confidential"),
        ["value.required"] = new("必填", "Required"),
        ["value.range"] = new("须在 {0} 到 {1} 之间", "Must be between {0} and {1}"),
        ["number.decimals"] = new("最多 {0} 位小数", "At most {0} decimals"),
        ["text.length"] = new("长度须为 {0} 到 {1} 个字符", "Must have {0} to {1} characters"),
        ["text.forbiddenCharacter"] = new("含有控制字符、双向控制符或零宽字符",
            "Contains a control, bidirectional-override or zero-width character; remove it"),
        ["phone.invalid"] = new("电话号码格式不正确，如 0392-3312345 转 801", "Give a phone number such as 0392-3312345 ext 801"),
        ["wechat.invalid"] = new(
            "微信号须为 5 到 40 个字母、数字、下划线或减号", "A WeChat id has 5 to 40 letters, digits, underscores and hyphens"),
        ["email.invalid"] = new("邮箱格式不正确", "Not an e-mail address"),
        ["text.oneLine"] = new("不能含有换行或制表符，请写在一行内", "A name has no line break and no tab; write it in one line"),
        ["money.invalid"] = new(
            "金额须为字符串形式的十进制数，整数部分最多 15 位，不带正号",
            "An amount must be a decimal in a string, with at most 15 digits before the point and no plus sign"),
        ["money.decimals"] = new(
            "金额的小数位数多于该币种的最小单位（人民币 2 位、日元 0 位），请四舍五入",
            "The amount has more decimals than its currency (ISO 4217: 2 for CNY, 0 for JPY); round it"),
        ["money.positive"] = new("金额须大于零", "The amount must be above zero"),
        ["currency.unknown"] = new("未知的 ISO 4217 币种代码", "Unknown ISO 4217 currency code"),
        ["date.future"] = new("业务日期不能晚于今天", "A business date must not be in the future"),
        ["date.range"] = new("日期须在 {0} 到 {1} 之间", "The date must be between {0} and {1}"),
        ["document.uri"] = new(
            "须为 http 或 https 的绝对地址，空格和引号须编码，不含用户名和密码",
            "Give an absolute http or https address; percent-encode blanks and quotation marks, and leave out user and password"),
        ["chain.unknownNode"] = new("未知的产业链节点 {0}", "Unknown industry chain node {0}"),
        ["region.unknown"] = new("未知的行政区划代码 {0}", "Unknown division code {0}"),
        ["uscc.length"] = new("统一社会信用代码应为 18 位", "A unified social credit code must have 18 characters"),
        ["uscc.character"] = new("统一社会信用代码含有不允许的字符", "The unified social credit code holds a character that it may not"),
        ["uscc.checkDigit"] = new("统一社会信用代码校验位不正确", "The check character of the unified social credit code is wrong"),
        ["country.unknown"] = new(
            "未知的国家或地区代码 {0}，请使用两位字母代码", "Unknown country or region {0}; use a code of ISO 3166-1 alpha-2"),
        ["country.china"] = new(
            "境内法人请填写统一社会信用代码", "A legal person of the mainland has a unified social credit code; give that one"),
        ["registration.number"] = new(
            "注册号须为 1 到 40 个字母、数字、减号、点、斜线或空格",
            "A registration number has 1 to 40 letters, digits, hyphens, points, slashes and spaces"),
        ["auth.required"] = new("请先登录", "Sign in first: a valid access token is needed"),
        ["auth.forbidden"] = new("当前角色不能执行此操作", "Your role does not allow this"),
        ["resource.notFound"] = new("未找到", "Not found"),
        ["ifMatch.required"] = new("修改已有资源须提供 If-Match", "Send If-Match with the ETag that you read"),
        ["ifMatch.malformed"] = new(
            "If-Match 须为读取时收到的 ETag（带引号），或者 *", "If-Match must be the ETag that you read, in its quotation marks, or *"),
        ["ifMatch.stale"] = new("资源已被修改，请刷新后重试", "The resource has changed; read it again and repeat the change with its new ETag"),
        ["idempotency.keyMissing"] = new("缺少 Idempotency-Key", "Send a new Idempotency-Key with each write"),
        ["idempotency.keyMalformed"] = new("Idempotency-Key 须为 1 到 128 个可见 ASCII 字符",
            "Idempotency-Key must have 1 to 128 visible ASCII characters"),
        ["idempotency.reused"] = new("该 Idempotency-Key 已用于另一个请求", "This Idempotency-Key belongs to another request; use a new key"),
        ["idempotency.running"] = new("使用同一 Idempotency-Key 的请求仍在处理",
            "A request with this Idempotency-Key is still running; repeat it later"),
        ["batch.refused"] = new("批次中有项目被拒绝，整批未生效",
            "An item was refused and nothing of the batch took effect; correct the item and send the batch with a new key"),
        ["batch.size"] = new("每批 1 到 500 项", "A batch must have 1 to 500 items"),
        ["state.conflict"] = new("与现有数据冲突，请刷新后重试", "This conflicts with existing data; read it again"),
        ["limit.tooMany"] = new("请求过于频繁，请稍后再试", "Too many requests; try again later"),
        ["service.busy"] = new("服务繁忙，请稍后再试", "The service is busy; try again later"),
        ["service.unavailable"] = new("服务暂不可用，请稍后再试", "The service is not available; try again later"),
        ["service.timeout"] = new("上游服务超时", "The service did not answer in time; try again later"),
        ["service.fault"] = new("服务内部错误", "An internal fault; report the traceId"),
    };

    /// <summary>The code of an answer that only has a status.</summary>
    public static string CodeOf(int status) => status switch
    {
        400 => "request.malformed",
        401 => "auth.required",
        403 => "auth.forbidden",
        404 => "resource.notFound",
        405 => "request.method",
        408 => "request.timeout",
        409 => "state.conflict",
        412 => "ifMatch.stale",
        413 => "request.tooLarge",
        414 => "request.targetTooLong",
        415 => "request.mediaType",
        428 => "ifMatch.required",
        429 => "limit.tooMany",
        431 => "request.headersTooLarge",
        502 or 503 => "service.unavailable",
        504 => "service.timeout",
        >= 500 => "service.fault",
        _ => "request.malformed",
    };
}
