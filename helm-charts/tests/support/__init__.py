"""What the tests share: helm, the objects that it renders, and rules that they must keep."""
