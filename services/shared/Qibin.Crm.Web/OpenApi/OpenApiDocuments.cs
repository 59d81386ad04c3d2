using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;
using Swashbuckle.AspNetCore.Swagger;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>
/// Each service's OpenAPI 3.1 document, from the code as it runs: shapes, headers, who may call an operation, and every status it can
/// answer. The document is kept in the repository and compared by a test.
/// </summary>
internal static class OpenApiDocuments
{
    /// <summary>Where the kept documents say that the API is: the address of the first command of the README.</summary>
    public static readonly Uri LocalGateway = new("http://localhost:8080");

    /// <summary>Sign-in of people: authorization code with PKCE.</summary>
    internal const string People = "people";

    /// <summary>Tokens of integrations: client credentials.</summary>
    internal const string Integrations = "integrations";

    /// <summary>The scope of people's tokens.</summary>
    internal const string PeoplesScope = "crm";

    /// <param name="services">Where it is registered.</param>
    /// <param name="service">The service.</param>
    /// <param name="program">The service's assembly, which brings the examples.</param>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services, ServiceDescription service, Assembly program)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = service.Title,
                Version = "v1",
                Description = "请求拒绝未知属性；响应可能增加属性，客户端应忽略不认识的。"
                    + "Requests refuse unknown properties. Answers may gain properties: ignore those that you do not know.",
                License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            });
            swagger.SupportNonNullableReferenceTypes();
            swagger.NonNullableReferenceTypesAsRequired();
            swagger.UseAllOfToExtendReferenceSchemas();
            swagger.CustomSchemaIds(SchemaId);
            swagger.CustomOperationIds(api =>
                api.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().FirstOrDefault()?.EndpointName);
            swagger.TagActionsBy(api => [api.RelativePath!.Split('/').ElementAtOrDefault(2) ?? service.Name]);
            swagger.MapType<DateOnly>(() => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" });
            foreach (var documentation in Directory.EnumerateFiles(AppContext.BaseDirectory, "Qibin.Crm.*.xml"))
            {
                swagger.IncludeXmlComments(documentation);
            }

            swagger.AddSecurityDefinition(People, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description = "登录 Sign in",
                Flows = new OpenApiOAuthFlows
                {
                    AuthorizationCode = new OpenApiOAuthFlow
                    {
                        Scopes = new Dictionary<string, string> { [PeoplesScope] = "All that the person's roles allow" },
                    },
                },
            });
            swagger.AddSecurityDefinition(Integrations, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description = "系统对接 Integrations",
                Flows = new OpenApiOAuthFlows
                {
                    ClientCredentials = new OpenApiOAuthFlow { Scopes = Scopes.All.ToDictionary(s => s, s => s) },
                },
            });
            swagger.SchemaFilter<MoneySchema>();
            swagger.SchemaFilter<PublishedShapes>();
            swagger.SchemaFilter<NamesSchema>();
            swagger.AddOperationFilterInstance(new Descriptions());
            swagger.OperationFilter<OperationRules>();
            swagger.AddOperationFilterInstance(KeptExamples.Of(program));
            swagger.DocumentFilter<CommonParts>();
            swagger.DocumentFilter<RequestsAndAnswers>();
        });
        services.AddOptions<SwaggerOptions>().Configure<IOptions<IdentitySettings>>((swagger, identity) =>
            swagger.PreSerializeFilters.Add((document, _) => PlaceAt(document, identity.Value.Issuer ?? LocalGateway)));
        return services;
    }

    /// <summary>The document as it is kept in the repository.</summary>
    public static string Print(IServiceProvider services)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var document = services.GetRequiredService<ISwaggerProvider>().GetSwagger("v1");
        PlaceAt(document, LocalGateway);
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        return text.ToString();
    }

    /// <summary>Says at which public address the API and its sign-in are.</summary>
    private static void PlaceAt(OpenApiDocument document, Uri gateway)
    {
        document.Servers = [new OpenApiServer { Url = gateway.AbsoluteUri.TrimEnd('/') }];
        foreach (var scheme in document.Components!.SecuritySchemes!.Values)
        {
            foreach (var flow in new[] { scheme.Flows!.AuthorizationCode, scheme.Flows.ClientCredentials })
            {
                flow?.TokenUrl = new Uri(gateway, "connect/token");
            }

            scheme.Flows.AuthorizationCode?.AuthorizationUrl = new Uri(gateway, "connect/authorize");
        }
    }

    /// <summary>
    /// Nested requests and answers carry their use case's name: <c>RecordContact.Request</c> is <c>RecordContactRequest</c>.
    /// </summary>
    private static string SchemaId(Type type)
    {
        var name = type.Name.Split('`')[0];
        if (type.IsGenericType)
        {
            name = string.Concat(type.GetGenericArguments().Select(SchemaId)) + name;
        }

        return type.DeclaringType is { } outer ? outer.Name + name : name;
    }
}

/// <summary>Marks an operation that answers with a file.</summary>
/// <param name="Types">Media types that it can have.</param>
public sealed record GivesFile(params string[] Types);
