namespace Qibin.Crm.Kernel;

/// <summary>Active currency codes of ISO 4217 (list one, funds and metals left out).</summary>
public static class Currencies
{
    private static readonly HashSet<string> Known = new(
    ("AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE "
        + "CZK " +
     "DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES "
         + "KGS " +
     "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR "
         + "NZD " +
     "OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND "
         + "TOP " +
     "TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG").Split(' '), StringComparer.Ordinal);

    /// <summary>Decimals of the minor unit, where there are not two.</summary>
    private static readonly Dictionary<string, int> OtherDecimals = new(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".Split(' ').Select(code => KeyValuePair.Create(code, 0))
            .Concat("BHD IQD JOD KWD LYD OMR TND".Split(' ').Select(code => KeyValuePair.Create(code, 3))), StringComparer.Ordinal);

    /// <summary>Decimals of an amount that somebody enters, by the minor unit of ISO 4217: 0, 2 or 3.</summary>
    public static int Decimals(string code) => OtherDecimals.GetValueOrDefault(code, 2);

    public static bool IsKnown(string code) => Known.Contains(code);
}
