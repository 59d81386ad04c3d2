using System.Linq.Expressions;

namespace Qibin.Crm.Work.Data;

/// <summary>Conditions put together while a query is written.</summary>
public static class Conditions
{
    /// <summary>One of the two.</summary>
    public static Expression<Func<T, bool>> Or<T>(this Expression<Func<T, bool>> one, Expression<Func<T, bool>> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return Expression.Lambda<Func<T, bool>>(Expression.OrElse(one.Body, With(other, one.Parameters[0])), one.Parameters[0]);
    }

    /// <summary>Both.</summary>
    public static Expression<Func<T, bool>> And<T>(this Expression<Func<T, bool>> one, Expression<Func<T, bool>> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return Expression.Lambda<Func<T, bool>>(Expression.AndAlso(one.Body, With(other, one.Parameters[0])), one.Parameters[0]);
    }

    /// <summary>The condition, of what the other expression gives.</summary>
    public static Expression<Func<T, bool>> Over<T, TOf>(this Expression<Func<TOf, bool>> condition, Expression<Func<T, TOf>> of)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(of);
        return Expression.Lambda<Func<T, bool>>(With(condition, of.Body), of.Parameters[0]);
    }

    private static Expression With(LambdaExpression lambda, Expression argument) =>
        new Swap(lambda.Parameters[0], argument).Visit(lambda.Body);

    private sealed class Swap(ParameterExpression from, Expression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
