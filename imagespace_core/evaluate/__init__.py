"""Measures searching by examples against labels: experiments, rankings, retrieval maps, tables and figures."""
