export ADDING=sum
