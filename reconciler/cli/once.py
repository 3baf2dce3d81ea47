"""Refuses an option that is given twice where only one value can count: nobody would see which one did."""

from __future__ import annotations

import click


class Once(click.Command):
    """A command, or a group of commands, whose options are given once, but for flags and those made for many values."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments as usual; raises `click.UsageError` for an option with two values."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for parameter in order:
            if _takes_one(parameter) and order.count(parameter) > 1:
                raise click.UsageError(f"{parameter.opts[-1]} was given twice; name one value", ctx)
        return super().parse_args(ctx, args)


def _takes_one(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not (parameter.multiple or parameter.is_flag or parameter.count)
