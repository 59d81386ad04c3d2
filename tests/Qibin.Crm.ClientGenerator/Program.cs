using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

// Makes a C# client from each OpenAPI document, as an integrator would: <target folder> <openapi.json>…
var folder = Directory.CreateDirectory(args[0]).FullName;
foreach (var file in args.Skip(1))
{
    // services/leads/Qibin.Crm.Leads/openapi.json makes LeadsClient.
    var name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)))!.Split('.')[^1];
    var document = await OpenApiDocument.FromJsonAsync(await File.ReadAllTextAsync(file));
    var code = new CSharpClientGenerator(document, new CSharpClientGeneratorSettings
    {
        ClassName = name + "Client",
        UseBaseUrl = false,
        GenerateOptionalParameters = true,
        ExposeJsonSerializerSettings = true,
        WrapResponses = true,
        GenerateClientInterfaces = false,
        CSharpGeneratorSettings =
        {
            Namespace = "Qibin.Crm.Client." + name,
            JsonLibrary = CSharpJsonLibrary.NewtonsoftJson,
            DateType = "System.DateOnly",
            DateTimeType = "System.DateTimeOffset",
            GenerateOptionalPropertiesAsNullable = true,
            GenerateNullableReferenceTypes = true,
        },
    }).GenerateFile();
    await File.WriteAllTextAsync(Path.Combine(folder, name + "Client.g.cs"), "#nullable enable\n" + code);
}
